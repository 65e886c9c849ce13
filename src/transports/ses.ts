import type { Transport } from '../ports.js';
import { dig } from './dig.js';
import { createMailHeaders, toTagValue } from './mail-headers.js';
import { checkOptions, credential, given, matching, optional, withDefault } from './options.js';
import { createPostTransport, type HttpOptions, httpChecks } from './post.js';
import { sesErrors } from './ses-errors.js';
import { signAwsRequest } from './sigv4.js';
import { formatSender, parseSender } from './smtp-sender.js';

export interface SesTransportOptions extends HttpOptions {
  /** Like `eu-central-1`. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials, which are not renewed. */
  sessionToken?: string | undefined;
  /** `codes@example.com` or `Example <codes@example.com>`, an identity verified at SES. */
  from: string;
  /** Letters, digits, `_` and `-`. Default: that of the identity. */
  configurationSet?: string | undefined;
  /** Milliseconds since 1970, for the signature. Default: the system clock. */
  clock?: (() => number) | undefined;
}

/** Partitions of AWS whose names lie outside `amazonaws.com` (https://github.com/boto/botocore, `partitions.json`). */
const partitions: readonly (readonly [region: RegExp, domain: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
];

/** https://docs.aws.amazon.com/general/latest/gr/ses.html */
function findHost(region: string): string {
  const [, domain = 'amazonaws.com'] = partitions.find(([pattern]) => pattern.test(region)) ?? [];
  return `email.${region}.${domain}`;
}

/**
 * Sends e-mail through Amazon SES, API version 2 (SendEmail).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createSesTransport(options: SesTransportOptions): Transport {
  const { region, accessKeyId, secretAccessKey, ...checked } = checkOptions(options, {
    region: matching(/^[a-z]{2,8}(-[a-z]{1,20}){1,3}-\d{1,2}$/, 'like eu-central-1'),
    ...httpChecks(`https://${findHost(String(options.region))}`),
    accessKeyId: credential,
    secretAccessKey: credential,
    sessionToken: optional(credential),
    from: (value) => formatSender(parseSender(value)),
    configurationSet: optional(matching(/^[\w-]{1,64}$/, 'letters, digits, _ and -')),
    clock: withDefault(Date.now, given<() => number>),
  });
  const { baseUrl, from, sessionToken, configurationSet, clock } = checked;
  const signer = { region, service: 'ses', accessKeyId, secretAccessKey };
  const content = (data: string) => ({ Data: data, Charset: 'UTF-8' });

  function sign(method: string, url: string, headers: Record<string, string>, body: string) {
    const all = sessionToken === undefined ? headers : { ...headers, 'x-amz-security-token': sessionToken };
    return signAwsRequest({ method, url, headers: all, body }, signer, new Date(clock()));
  }

  return createPostTransport(
    'ses',
    ['email'],
    checked,
    {
      findId: (body) => dig(body, 'MessageId'),
      // `TooManyRequestsException:http://…` in the header, `com.amazonaws.ses#…` in the body.
      findErrorCode: ({ headers, body }) =>
        String(headers.get('x-amzn-errortype') ?? dig(body, '__type'))
          .replace(/:.*$/s, '')
          .replace(/^.*#/s, ''),
      codes: sesErrors,
    },
    ({ id, requestId, to, subject, text, html }) => {
      const body = JSON.stringify({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: content(subject),
            Body: { Text: content(text), Html: html === undefined ? undefined : content(html) },
            Headers: Object.entries(createMailHeaders(id)).map(([Name, Value]) => ({ Name, Value })),
          },
        },
        ConfigurationSetName: configurationSet,
        EmailTags: requestId && [{ Name: 'request_id', Value: toTagValue(requestId) }],
      });
      const url = `${baseUrl}/v2/email/outbound-emails`;
      return { url, headers: sign('POST', url, { 'content-type': 'application/json' }, body), body };
    },
    // https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
    () => {
      const url = `${baseUrl}/v2/email/account`;
      // Permissions are checked after the signature, and a user that may only send is enough.
      return { url, headers: sign('GET', url, {}, ''), proves: (code) => code === 'AccessDeniedException' };
    },
  );
}
