import type { Transport } from '../ports.js';
import { requireCredential } from './options.js';
import { dig, type HttpOptions, postMessage, resolveHttpOptions } from './post.js';
import { resendErrors } from './resend-errors.js';
import { formatSender, parseSender } from './smtp-sender.js';

export interface ResendTransportOptions extends HttpOptions {
  apiKey: string;
  /** `codes@example.com` or `Example <codes@example.com>`, of a domain that is verified at Resend. */
  from: string;
}

/**
 * Sends e-mail through Resend. The id of the message is the idempotency key, so one that is posted again is not
 * delivered again within 24 hours.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createResendTransport(options: ResendTransportOptions): Transport {
  const client = resolveHttpOptions(options, 'https://api.resend.com', ['apiKey', 'from']);
  const apiKey = requireCredential(options.apiKey, 'apiKey');
  const from = formatSender(parseSender(options.from));
  return {
    name: 'resend',
    channels: ['email'],
    send: ({ id, to, subject, text, html }, { signal }) =>
      postMessage(
        client,
        {
          url: `${client.baseUrl}/emails`,
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': id,
            'user-agent': 'stateless-otp', // Resend refuses requests without one
          },
          body: JSON.stringify({
            from,
            to: [to],
            subject,
            text,
            html,
            headers: { 'Auto-Submitted': 'auto-generated', 'X-Entity-Ref-ID': id },
          }),
          signal,
        },
        {
          readId: (body) => dig(body, 'id'),
          readErrorCode: ({ body }) => dig(body, 'name'),
          codes: resendErrors,
        },
      ),
  };
}
