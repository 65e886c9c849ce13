import { createHmac, hash } from 'node:crypto';

export interface AwsRequest {
  method: string;
  url: string;
  /** In lower case. All are signed, along with `host` and `x-amz-date`. */
  headers: Record<string, string>;
  body: string;
}

export interface AwsSigner {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  service: string;
}

/**
 * The headers of a request without a query, signed with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html).
 */
export function signAwsRequest(request: AwsRequest, signer: AwsSigner, now: Date): Record<string, string> {
  const { host, pathname } = new URL(request.url);
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time };

  // Step 1: the canonical request.
  const signed = Object.entries({ ...headers, host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const signedHeaders = signed.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    pathname.split('/').map(encodeSegment).join('/'),
    '',
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    hash('sha256', request.body),
  ].join('\n');

  // Steps 2 and 3: the string to sign.
  const scope = `${date}/${signer.region}/${signer.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonical)].join('\n');

  // Step 4: the signature, with a key for this date, region and service.
  const key = [date, signer.region, signer.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part).digest(),
    `AWS4${signer.secretAccessKey}`,
  );
  const signature = hmac(key, text).digest('hex');
  const credential = `${signer.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

/** Percent-encodes all but the unreserved characters (RFC 3986 §2.3). */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string) {
  return createHmac('sha256', key).update(text);
}
