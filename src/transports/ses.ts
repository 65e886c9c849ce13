import type { Transport } from '../ports.js';
import { requireCredential, requireText } from './options.js';
import { dig, type HttpOptions, postMessage, resolveHttpOptions } from './post.js';
import { sesErrors } from './ses-errors.js';
import { signAwsRequest } from './sigv4.js';
import { formatSender, parseSender } from './smtp-sender.js';

export interface SesTransportOptions extends HttpOptions {
  /** Like `eu-central-1`. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials; they are not renewed. */
  sessionToken?: string | undefined;
  /** `codes@example.com` or `Example <codes@example.com>`, an identity that is verified at SES. */
  from: string;
  /** Letters, digits, `_` and `-`. Default: the one of the identity. */
  configurationSet?: string | undefined;
  /** Milliseconds since 1970, for the signature. Default: the system's. */
  clock?: (() => number) | undefined;
}

/**
 * Sends e-mail through Amazon SES, API version 2 (SendEmail).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createSesTransport(options: SesTransportOptions): Transport {
  const region = requireText(options.region, 'region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'like eu-central-1');
  const client = resolveHttpOptions(options, `https://email.${region}.amazonaws.com`, [
    'region',
    'accessKeyId',
    'secretAccessKey',
    'sessionToken',
    'from',
    'configurationSet',
    'clock',
  ]);
  const { sessionToken, configurationSet, clock = Date.now } = options;
  const signer = {
    region,
    service: 'ses',
    accessKeyId: requireCredential(options.accessKeyId, 'accessKeyId'),
    secretAccessKey: requireCredential(options.secretAccessKey, 'secretAccessKey'),
  };
  if (sessionToken !== undefined) requireCredential(sessionToken, 'sessionToken');
  if (configurationSet !== undefined) {
    requireText(configurationSet, 'configurationSet', /^[\w-]{1,64}$/, 'letters, digits, _ and -');
  }
  const from = formatSender(parseSender(options.from));
  const url = `${client.baseUrl}/v2/email/outbound-emails`;
  const content = (data: string) => ({ Data: data, Charset: 'UTF-8' });
  return {
    name: 'ses',
    channels: ['email'],
    async send({ id, to, subject, text, html }, { signal }) {
      const body = JSON.stringify({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: content(subject),
            Body: { Text: content(text), ...(html === undefined ? {} : { Html: content(html) }) },
            Headers: [
              { Name: 'Auto-Submitted', Value: 'auto-generated' },
              { Name: 'X-Entity-Ref-ID', Value: id },
            ],
          },
        },
        ConfigurationSetName: configurationSet,
      });
      const headers = {
        'content-type': 'application/json',
        ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      };
      const signed = signAwsRequest({ method: 'POST', url, headers, body }, signer, new Date(clock()));
      return postMessage(
        client,
        { url, headers: signed, body, signal },
        {
          readId: (answer) => dig(answer, 'MessageId'),
          // `TooManyRequestsException:http://…` in the header, `com.amazonaws.ses#…` in the body.
          readErrorCode: (answer) =>
            String(answer.headers.get('x-amzn-errortype') ?? dig(answer.body, '__type'))
              .replace(/:.*$/s, '')
              .replace(/^.*#/s, ''),
          codes: sesErrors,
        },
      );
    },
  };
}
