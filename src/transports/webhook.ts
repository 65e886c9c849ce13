import type { LookupFunction } from 'node:net';
import { refuseUnknownOptions } from '../core/known-options.js';
import { channels as allChannels, type Channel } from '../core/policy.js';
import type { Transport } from '../ports.js';
import { requireBoolean, requireUrl } from './options.js';
import { checkTimeout, type Fetch, postMessage } from './post.js';
import { createPublicFetch, isPublicHost } from './public-fetch.js';
import { decodeWebhookSecret, signWebhook } from './webhook-signature.js';

export interface WebhookTransportOptions {
  /** Where to post. https, unless `allowInsecureHttp`. */
  url: string;
  /** `whsec_` and base64, or base64 alone, of 24 to 64 bytes. The receiver checks the signature with it. */
  secret: string;
  /** Default: all. */
  channels?: readonly Channel[] | undefined;
  /** Post codes over http, where the network can read them. Default false. */
  allowInsecureHttp?: boolean | undefined;
  /** Connect to loopback, private and link-local addresses too. Default false. */
  allowPrivateTargets?: boolean | undefined;
  /** Limit on one send in milliseconds, 100 to 60 000. Default 10 000. */
  timeoutMs?: number | undefined;
  /** Used instead of a `fetch` that connects to public addresses only: then targets are not checked. */
  fetch?: Fetch | undefined;
  /** Resolves names, as `dns.lookup` does. Default: the system's. */
  lookup?: LookupFunction | undefined;
  /** Milliseconds since 1970, for the signature. Default: the system's. */
  clock?: (() => number) | undefined;
}

const optionNames =
  'url secret channels allowInsecureHttp allowPrivateTargets timeoutMs fetch lookup clock'.split(' ');

/**
 * Posts each message to an address of yours, signed by the Standard Webhooks scheme
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createWebhookTransport(options: WebhookTransportOptions): Transport {
  refuseUnknownOptions(options, optionNames);
  const {
    allowInsecureHttp = false,
    allowPrivateTargets = false,
    channels = allChannels,
    clock = Date.now,
  } = options;
  requireBoolean(allowInsecureHttp, 'allowInsecureHttp');
  requireBoolean(allowPrivateTargets, 'allowPrivateTargets');
  const url = requireUrl(options.url, 'url', { allowInsecureHttp });
  if (url.protocol === 'http:' && !allowInsecureHttp) throw new RangeError('url must be an https address');
  if (!allowPrivateTargets && !options.fetch && !isPublicHost(url.hostname)) {
    throw new RangeError('url must be of a public address, unless allowPrivateTargets is set');
  }
  if (channels.length === 0 || channels.some((channel) => !allChannels.includes(channel))) {
    throw new RangeError(`channels must be of ${allChannels.join(', ')}`);
  }
  const key = decodeWebhookSecret(options.secret);
  const client = {
    fetch: options.fetch ?? createPublicFetch({ allowPrivateTargets, lookup: options.lookup }),
    timeoutMs: checkTimeout(options.timeoutMs),
  };
  return {
    name: 'webhook',
    channels,
    async send({ id, to, channel, code, locale, expiresInSeconds, subject, text, html }, { signal }) {
      const body = JSON.stringify({
        id,
        identity: to,
        channel,
        code,
        locale,
        expires_in_seconds: expiresInSeconds,
        subject,
        text,
        html,
      });
      const timestamp = String(Math.floor(clock() / 1000));
      return postMessage(
        client,
        {
          url: url.href,
          headers: {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
            'user-agent': 'stateless-otp',
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': signWebhook(key, id, timestamp, body),
          },
          body,
          signal,
        },
        // Only this status speaks of the recipient: the others may be the web server's.
        { statuses: { 422: 'invalid_recipient' } },
      );
    },
  };
}
