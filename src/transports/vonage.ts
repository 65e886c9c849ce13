import type { Receipt, Transport } from '../ports.js';
import { requireCredential, requireText } from './options.js';
import {
  type Answer,
  accept,
  dig,
  encodeBasic,
  type HttpOptions,
  postMessage,
  resolveHttpOptions,
} from './post.js';
import { createRefusal, find } from './refusal.js';
import { vonageStatuses } from './vonage-statuses.js';

export interface VonageTransportOptions extends HttpOptions {
  apiKey: string;
  apiSecret: string;
  /** The sender: a number without `+`, or up to 11 letters and digits where the country allows it. */
  from: string;
}

/** Beside ASCII letters and digits, what the 7-bit alphabet and its extension hold (3GPP TS 23.038 §6.2.1). */
const gsmText =
  /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ^{}\\[~\]|€]*$/;

/**
 * Sends SMS through Vonage's SMS API.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createVonageTransport(options: VonageTransportOptions): Transport {
  const client = resolveHttpOptions(options, 'https://rest.nexmo.com', ['apiKey', 'apiSecret', 'from']);
  const apiKey = requireText(options.apiKey, 'apiKey', /^[A-Za-z0-9]{1,64}$/, 'letters and digits');
  const authorization = encodeBasic(apiKey, requireCredential(options.apiSecret, 'apiSecret'));
  const sender = /^(\d{3,15}|[A-Za-z0-9 ]{1,11})$/;
  const from = requireText(options.from, 'from', sender, 'digits without +, or up to 11 letters and digits');
  return {
    name: 'vonage',
    channels: ['sms'],
    async send({ id, to, text, expiresInSeconds }, { signal }) {
      const form = new URLSearchParams({
        from,
        to: to.replace(/^\+/, ''),
        text,
        type: gsmText.test(text) ? 'text' : 'unicode',
        ttl: String(Math.max(20, expiresInSeconds) * 1000), // at least 20 s
        'client-ref': id,
      });
      return postMessage(
        client,
        {
          url: `${client.baseUrl}/sms/json`,
          headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
          signal,
        },
        { readAccepted: toReceipt, readErrorCode: ({ body }) => dig(body, 'title') },
      );
    },
  };
}

/** The answer is 200 whatever happened, with one entry for each part of the message. */
function toReceipt({ body }: Answer): Receipt {
  const messages = dig(body, 'messages');
  const parts = Array.isArray(messages) ? messages.map((part) => String(dig(part, 'status'))) : [];
  const refused = parts.filter((status) => status !== '0');
  if (parts.length > 0 && refused.length === 0) return accept(dig(body, 'messages', 0, 'message-id'));
  const [status = ''] = refused;
  const code = /^\d{1,3}$/.test(status) ? ` ${status}` : '';
  const detail = `HTTP 200 status${code}`;
  if (refused.length === 0) return createRefusal('unknown', detail);
  // Some parts accepted and others not, or a status of its own: nobody knows what arrives, but Vonage is there.
  const isWhole = refused.length === parts.length;
  return createRefusal((isWhole && find(vonageStatuses, status)) || ['unknown', 'recipient'], detail);
}
