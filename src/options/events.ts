import { isPrivateHost } from '../core/private-host.js';
import { webUrl } from '../transports/options.js';
import { isPublicHost } from '../transports/public-fetch.js';
import { decodeWebhookSecret, webhookSecretForm } from '../transports/webhook-signature.js';
import { flag, from, needing, secret, text } from './row.js';

/** @throws TypeError or RangeError that does not repeat the URL, whose query may hold a secret */
function checkTarget(value: unknown, name: string, others: Record<string, unknown>): void {
  const { protocol, hostname } = webUrl(value, name);
  const mayBePrivate = others['eventsAllowPrivateTargets'] === true;
  if (!mayBePrivate && !isPublicHost(hostname)) {
    throw new RangeError(`${name} must be public, unless eventsAllowPrivateTargets is set`);
  }
  if (protocol === 'http:' && !(mayBePrivate && isPrivateHost(hostname))) {
    throw new RangeError(
      `${name} must be an https URL, or with eventsAllowPrivateTargets http to a host of a private network`,
    );
  }
}

export const eventOptions = {
  /** Where events are posted, such as a code that was sent or refused. Default: nowhere. */
  eventsUrl: from(
    'EVENTS_URL',
    needing('eventsSecret', 'events are signed with it', {
      ...text(
        'an https URL of a public host; with `EVENTS_ALLOW_PRIVATE_TARGETS=true` any https URL, or http to a host of a private network',
      ),
      check: checkTarget,
    }),
  ),
  /** Signs events by the Standard Webhooks scheme. */
  eventsSecret: from(
    'EVENTS_SECRET',
    needing(
      'eventsUrl',
      'it signs the events that are posted there',
      secret(webhookSecretForm, decodeWebhookSecret),
    ),
  ),
  /** Let events go to loopback, private and link-local addresses too. Default false. */
  eventsAllowPrivateTargets: from(
    'EVENTS_ALLOW_PRIVATE_TARGETS',
    needing('eventsUrl', 'it says where that may lead', flag(false)),
  ),
};
