import type { LookupFunction } from 'node:net';
import { channels as allChannels, type Channel } from '../core/policy.js';
import { requestIdName } from '../core/request-id.js';
import type { Transport } from '../ports.js';
import { checkOptions, flag, given, optional, someOf, timeout, webUrl, withDefault } from './options.js';
import { createPostTransport, type Fetch, type HttpOptions, userAgent } from './post.js';
import { createPublicFetch, isPublicHost } from './public-fetch.js';
import { createWebhookHeaders, decodeWebhookSecret } from './webhook-signature.js';

export interface WebhookTransportOptions extends Pick<HttpOptions, 'timeoutMs'> {
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
  /** Replaces the `fetch` that connects only to public addresses: targets are not checked then. */
  fetch?: Fetch | undefined;
  /** Resolves names like `dns.lookup`, the default. */
  lookup?: LookupFunction | undefined;
  /** Milliseconds since 1970, for the signature. Default: the system clock. */
  clock?: (() => number) | undefined;
}

/**
 * Posts each message to your URL, signed by the Standard Webhooks scheme
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createWebhookTransport(options: WebhookTransportOptions): Transport {
  const checked = checkOptions(options, {
    allowInsecureHttp: withDefault(false, flag),
    allowPrivateTargets: withDefault(false, flag),
    url: webUrl,
    channels: withDefault(allChannels, someOf(allChannels)),
    secret: decodeWebhookSecret,
    timeoutMs: timeout,
    fetch: optional(given<Fetch>),
    lookup: optional(given<LookupFunction>),
    clock: withDefault(Date.now, given<() => number>),
  });
  const { url, secret, allowInsecureHttp, allowPrivateTargets, timeoutMs, clock } = checked;
  if (url.protocol === 'http:' && !allowInsecureHttp) throw new RangeError('url must be an https URL');
  if (!allowPrivateTargets && !checked.fetch && !isPublicHost(url.hostname)) {
    throw new RangeError('url must be public, unless allowPrivateTargets is set');
  }
  const fetch = checked.fetch ?? createPublicFetch({ allowPrivateTargets, lookup: checked.lookup });
  return createPostTransport(
    'webhook',
    checked.channels,
    { fetch, timeoutMs },
    // The only status that concerns the recipient: others may come from the web server.
    { statuses: { 422: 'invalid_recipient' } },
    ({ id, requestId, to, channel, code, locale, expiresInSeconds, subject, text, html }) => {
      const content = { id, identity: to, channel, code, locale, expires_in_seconds: expiresInSeconds };
      const body = JSON.stringify({ ...content, subject, text, html });
      const signed = createWebhookHeaders(secret, id, body, clock());
      const headers = { ...signed, ...(requestId && { [requestIdName]: requestId }) };
      return { url: url.href, headers, body };
    },
    // Any answer will do: a receiver need not support a method that changes nothing (RFC 9110 §9.3.2).
    () => ({ method: 'HEAD', url: url.href, headers: { 'user-agent': userAgent }, proves: () => true }),
  );
}
