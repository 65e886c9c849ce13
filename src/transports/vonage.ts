import { countSeptets } from '../core/gsm7.js';
import { createRefusal } from '../core/refusal.js';
import type { Receipt, Transport } from '../ports.js';
import { dig } from './dig.js';
import { find } from './meanings.js';
import { checkOptions, credential, matching } from './options.js';
import { accept, createPostTransport, encodeBasic, type HttpOptions, httpChecks } from './post.js';
import { vonageStatuses } from './vonage-statuses.js';

export interface VonageTransportOptions extends HttpOptions {
  apiKey: string;
  apiSecret: string;
  /** The sender: a number without `+`, or up to 11 letters and digits where the country allows it. */
  from: string;
}

/**
 * Sends SMS through Vonage's SMS API.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createVonageTransport(options: VonageTransportOptions): Transport {
  const { apiKey, apiSecret, from, baseUrl, ...client } = checkOptions(options, {
    ...httpChecks('https://rest.nexmo.com'),
    apiKey: matching(/^[A-Za-z0-9]{1,64}$/, 'letters and digits'),
    apiSecret: credential,
    from: matching(/^(\d{3,15}|[A-Za-z0-9 ]{1,11})$/, 'digits without +, or up to 11 letters and digits'),
  });
  const headers = { authorization: encodeBasic(apiKey, apiSecret) };
  return createPostTransport(
    'vonage',
    ['sms'],
    client,
    { judge: ({ body }) => toReceipt(body), findErrorCode: ({ body }) => dig(body, 'title') },
    ({ id, requestId = id, to, text, expiresInSeconds }) => ({
      url: `${baseUrl}/sms/json`,
      headers,
      body: new URLSearchParams({
        from,
        to: to.replace(/^\+/, ''),
        text,
        type: countSeptets(text) === null ? 'unicode' : 'text',
        ttl: String(Math.max(20, expiresInSeconds) * 1000), // at least 20 s
        // At most 40 characters.
        'client-ref': requestId.length > 40 ? id : requestId,
      }),
    }),
    // https://developer.vonage.com/en/api/account
    () => ({ url: `${baseUrl}/account/get-balance`, headers }),
  );
}

/** The status is always 200; there is one entry per part of the message. */
function toReceipt(body: unknown): Receipt {
  const messages = dig(body, 'messages');
  const parts = Array.isArray(messages) ? messages.map((part) => String(dig(part, 'status'))) : [];
  const refused = parts.filter((status) => status !== '0');
  if (parts.length > 0 && refused.length === 0) return accept(dig(body, 'messages', 0, 'message-id'));
  const [status = ''] = refused;
  const code = /^\d{1,3}$/.test(status) ? ` ${status}` : '';
  const detail = `HTTP 200 status${code}`;
  if (refused.length === 0) return createRefusal('unknown', detail);
  // Partly accepted, or an unknown status: the outcome is unknown, but Vonage is up.
  const isWhole = refused.length === parts.length;
  return createRefusal((isWhole && find(vonageStatuses, status)) || ['unknown', 'recipient'], detail);
}
