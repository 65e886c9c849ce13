import type { Transport } from '../ports.js';
import { dig } from './dig.js';
import { createMailHeaders, toTagValue } from './mail-headers.js';
import { checkOptions, credential } from './options.js';
import { createPostTransport, type HttpOptions, httpChecks, userAgent } from './post.js';
import { resendErrors } from './resend-errors.js';
import { formatSender, parseSender } from './smtp-sender.js';

export interface ResendTransportOptions extends HttpOptions {
  apiKey: string;
  /** `codes@example.com` or `Example <codes@example.com>`, of a domain verified at Resend. */
  from: string;
}

/**
 * Sends e-mail through Resend. The id of the message is the idempotency key: posting it again within 24 hours does not
 * deliver it again.
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createResendTransport(options: ResendTransportOptions): Transport {
  const { apiKey, from, baseUrl, ...client } = checkOptions(options, {
    ...httpChecks('https://api.resend.com'),
    apiKey: credential,
    from: (value) => formatSender(parseSender(value)),
  });
  // Resend refuses requests without a user agent.
  const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': userAgent };
  return createPostTransport(
    'resend',
    ['email'],
    client,
    {
      findId: (body) => dig(body, 'id'),
      findErrorCode: ({ body }) => dig(body, 'name'),
      codes: resendErrors,
    },
    ({ id, requestId, to, subject, text, html }) => ({
      url: `${baseUrl}/emails`,
      headers: { ...headers, 'idempotency-key': id },
      body: {
        from,
        to: [to],
        subject,
        text,
        html,
        headers: createMailHeaders(id),
        tags: requestId && [{ name: 'request_id', value: toTagValue(requestId) }],
      },
    }),
    // A key that may only send is known, and enough.
    () => ({ url: `${baseUrl}/domains`, headers, proves: (code) => code === 'restricted_api_key' }),
  );
}
