import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { generateApiKey, type OtpOptions } from '../../src/index.js';
import { createTestOtp } from './otp.js';

export const alice = 'alice@example.com';
export const billing = { name: 'billing', ...generateApiKey() };
export const basic = (name: string, secret: string) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
export const authorization = basic(billing.name, billing.key);
export const formType = 'application/x-www-form-urlencoded';

export async function signIn(options: Partial<OtpOptions> = {}) {
  const kit = createTestOtp({ introspectClients: [billing], refreshTokenTtlSeconds: 3600, ...options });
  const result = await kit.otp.verify(alice, await kit.obtain(alice));
  assert.ok(result.status === 'valid' && result.refreshToken);
  const post = (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
    kit.otp.handler(
      new Request(`http://localhost/oauth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': formType, ...headers },
        body: String(body),
      }),
    );
  return {
    ...kit,
    access: result.accessToken,
    refresh: result.refreshToken,
    post,
    introspect: (token: string, headers: Record<string, string> = { Authorization: authorization }) =>
      post('introspect', new URLSearchParams({ token }), headers),
    revoke: (token: string) => post('revoke', new URLSearchParams({ token })),
  };
}

export const readError = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: string }).error,
];

/** Forms that RFC 6749 §3.1 calls malformed: no token, or anything twice; and what is not a form. */
export const malformed: [body: string, type: string][] = [
  ['', formType],
  ['token=', formType],
  ['token', formType],
  ['Token=TOKEN', formType],
  ['token=TOKEN&token=TOKEN', formType],
  ['token=TOKEN&token=', formType],
  ['token=TOKEN&token_type_hint=access_token&token_type_hint=refresh_token', formType],
  ['token=TOKEN', 'text/plain'],
  ['token=TOKEN', 'multipart/form-data; boundary=x'],
  ['{"token":"TOKEN"}', 'application/json'],
];

/** The same header and claims as RS256, by a key of someone else's. */
export function rs256(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${token.split('.')[1]}`;
  return `${input}.${createSign('sha256').update(input).sign(privateKey, 'base64url')}`;
}
