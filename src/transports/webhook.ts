import type { LookupFunction } from 'node:net';
import { refuseUnknownOptions } from '../core/known-options.js';
import { channels as allChannels, type Channel } from '../core/policy.js';
import type { Transport } from '../ports.js';
import { requireBoolean, requireChannels, requireUrl } from './options.js';
import { checkTimeout, createPostTransport, type Fetch } from './post.js';
import { createPublicFetch, isPublicHost } from './public-fetch.js';
import { decodeWebhookSecret, signWebhook } from './webhook-signature.js';

export interface WebhookTransportOptions {
  /** https, unless `allowInsecureHttp`. */
  url: string;
  /** Base64 of 24 to 64 bytes, with or without the prefix `whsec_`. The receiver verifies signatures with it. */
  secret: string;
  /** Default: all. */
  channels?: readonly Channel[] | undefined;
  /** Post codes over http, readable for the network. Default false. */
  allowInsecureHttp?: boolean | undefined;
  /** Connect to loopback, private and link-local addresses too. Default false. */
  allowPrivateTargets?: boolean | undefined;
  /** Timeout of one send in milliseconds, 100 to 60 000. Default 10 000. */
  timeoutMs?: number | undefined;
  /** Replaces the `fetch` that connects only to public addresses: targets are not checked then. */
  fetch?: Fetch | undefined;
  /** Resolves names like `dns.lookup`, the default. */
  lookup?: LookupFunction | undefined;
  /** Milliseconds since 1970, for the signature. Default: the system clock. */
  clock?: (() => number) | undefined;
}

const optionNames =
  'url secret channels allowInsecureHttp allowPrivateTargets timeoutMs fetch lookup clock'.split(' ');

/**
 * Posts each message to your URL, signed by the Standard Webhooks scheme
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
  if (url.protocol === 'http:' && !allowInsecureHttp) throw new RangeError('url must be an https URL');
  if (!allowPrivateTargets && !options.fetch && !isPublicHost(url.hostname)) {
    throw new RangeError('url must be public, unless allowPrivateTargets is set');
  }
  requireChannels(channels, allChannels);
  const key = decodeWebhookSecret(options.secret);
  const client = {
    fetch: options.fetch ?? createPublicFetch({ allowPrivateTargets, lookup: options.lookup }),
    timeoutMs: checkTimeout(options.timeoutMs),
  };
  return createPostTransport(
    'webhook',
    channels,
    client,
    // The only status that concerns the recipient: others may come from the web server.
    { statuses: { 422: 'invalid_recipient' } },
    ({ id, to, channel, code, locale, expiresInSeconds, subject, text, html }) => {
      const content = { id, identity: to, channel, code, locale, expires_in_seconds: expiresInSeconds };
      const body = JSON.stringify({ ...content, subject, text, html });
      const timestamp = String(Math.floor(clock() / 1000));
      return {
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
      };
    },
  );
}
