import { signInPurpose } from '../core/policy.js';
import { minSecretBytes } from '../core/secret.js';
import type { Client } from '../http/api-keys.js';
import type { ReadClaims } from '../ports.js';
import { maxRefreshTtlSeconds, maxTtlSeconds } from '../tokens/claims.js';
import { importPrivateKeys, importSecret, tokenAlgorithms } from '../tokens/keys.js';
import { parseKeys } from './api-keys.js';
import { choice, flag, from, hook, names, oneLine, secret, text, value, wholeNumber } from './row.js';

const sharedSecret = secret(`at least ${minSecretBytes} bytes, used as they are`, importSecret);
const privateKey = secret(
  'an EC P-256 or Ed25519 private key: PEM, a JWK or a JWK Set, as written by `stateless-otp keys generate`',
  importPrivateKeys,
);

function parseClients(text: string): readonly Client[] | null {
  const entries = parseKeys(text);
  return entries?.every(({ rights }) => rights === undefined) ? entries : null;
}

function checkClients(clients: unknown, name: string): void {
  const isClient = (client: Partial<Client> | null) =>
    typeof client?.name === 'string' && client.name !== '' && /^[0-9a-f]+$/.test(String(client.hash));
  if (Array.isArray(clients) && clients.every(isClient)) return;
  throw new TypeError(`${name} must be a list of { name, hash }, with the hashes that generateApiKey makes`);
}

export const tokenOptions = {
  /**
   * `off`: a correct code returns the identity and no token, and no token key is needed. The sign-in page is then off by
   * default, and settings that need tokens are refused: the page, the gate, refresh tokens. Default `on`.
   */
  accessTokens: from('ACCESS_TOKENS', choice(['on', 'off'], 'on')),
  /**
   * HS256 secret of the tokens: at least 32 bytes as UTF-8, used as they are. Required without `jwtPrivateKey`; in development
   * the service generates one at each start.
   */
  jwtSecret: from('JWT_SECRET', sharedSecret),
  /** The secret before or after a rotation: checks tokens, but never signs. */
  previousJwtSecret: from('JWT_SECRET_PREVIOUS', sharedSecret),
  /**
   * Signs tokens instead of `jwtSecret`, so that others can check them but not issue them. PEM, a JWK or a JWK Set, whose
   * first key signs while the others only check: EC P-256 for ES256, Ed25519 for EdDSA.
   */
  jwtPrivateKey: from('JWT_PRIVATE_KEY', privateKey),
  /** The key before or after a rotation: checks tokens and is published, but never signs. The same formats. */
  previousJwtPrivateKey: from('JWT_PRIVATE_KEY_PREVIOUS', privateKey),
  /** Confirms the algorithm that follows from the key: `HS256`, `ES256` or `EdDSA`. Default: not checked. */
  jwtAlgorithm: from('JWT_ALG', choice(tokenAlgorithms)),
  /** Life of a token in seconds, 30 to 86 400. Default 900. */
  accessTokenTtlSeconds: from(
    'ACCESS_TOKEN_TTL',
    wholeNumber({ min: 30, max: maxTtlSeconds, default: 900, unit: 'seconds' }),
  ),
  /**
   * Life of a sign-in with refresh tokens in seconds, 0 (no refresh tokens) or 60 to 31 536 000. Each works once and returns
   * the next; using one twice ends the sign-in. Default 0.
   */
  refreshTokenTtlSeconds: from(
    'REFRESH_TOKEN_TTL',
    wholeNumber({ min: 60, max: maxRefreshTtlSeconds, default: 0, unit: 'seconds', orZero: true }),
  ),
  /**
   * How long a browser that has signed in with `remember` stays known, in seconds, 0 (no browser is known) or 3600 to
   * 31 536 000. Each sign-in renews it. The default is 180 days. Default 15 552 000.
   */
  deviceTtlSeconds: from(
    'DEVICE_TTL',
    wholeNumber({ min: 3600, max: maxRefreshTtlSeconds, default: 15_552_000, unit: 'seconds', orZero: true }),
  ),
  /** Refuse tokens while the store cannot say whether they are revoked; otherwise the signature decides. Default false. */
  revocationRequired: from('REVOCATION_REQUIRED', flag(false)),
  /** Adds claims to the tokens of an identity; it cannot override registered claims or those of this library. Default: none. */
  claims: hook<ReadClaims>(),
  /**
   * Services that may introspect tokens at `/oauth/introspect`, by HTTP Basic authentication: each name with the hash of
   * its secret, from `generateApiKey`. Default: none, introspection is off.
   */
  introspectClients: from('INTROSPECT_CLIENTS', {
    ...value<readonly Client[]>(checkClients),
    allowed:
      '`name=hash` pairs separated by commas, as `stateless-otp secret --introspect-client name` prints them',
    default: [] as readonly Client[],
    parse: parseClients,
  }),
  /** The token's `iss`. Default `stateless-otp`. */
  issuer: from('JWT_ISSUER', text('text', oneLine, 'stateless-otp')),
  /** The token's `aud`. Default `stateless-otp`. */
  audience: from('JWT_AUDIENCE', text('text', oneLine, 'stateless-otp')),
  /** Purposes whose tokens `GET /token/verify` accepts and refresh tokens extend. Default `['sign-in']`. */
  bearerPurposes: from('BEARER_PURPOSES', names([signInPurpose])),
};
