import { z } from 'zod';
import { namePattern } from '../core/policy.js';
import { minSecretBytes } from '../core/secret.js';
import { otpNumbers, tokenAlgorithms } from '../otp.js';
import { isCookieDomain, isGateRule, isPrivateKey } from './accepted.js';
import { flag, list, namesAllowed, secret, text, textWithDefault, wholeNumber } from './settings.js';

const tokens = 'Tokens';
const gate = 'Gate';

const sharedSecret = {
  group: tokens,
  allowed: `at least ${minSecretBytes} bytes, used as they are`,
  check: (value: string) => Buffer.byteLength(value) >= minSecretBytes,
};
const privateKey = {
  group: tokens,
  allowed:
    'an EC P-256 or Ed25519 private key: PEM, a JWK or a JWK Set, as `stateless-otp keys generate` makes one',
  check: isPrivateKey,
};

/** How tokens are made, checked and ended, and who is let in with them. */
export const tokenSettings = {
  JWT_SECRET: secret({
    ...sharedSecret,
    description:
      'HS256 secret of the tokens. Required in production without `JWT_PRIVATE_KEY`; otherwise made up at each start',
  }),
  JWT_SECRET_PREVIOUS: secret({
    ...sharedSecret,
    description: 'The secret before or after a rotation: checks tokens, never signs',
  }),
  JWT_PRIVATE_KEY: secret({
    ...privateKey,
    description:
      'Signs tokens instead of `JWT_SECRET`, so that others can check them and not make them. Of a set the first key signs, the others check',
  }),
  JWT_PRIVATE_KEY_PREVIOUS: secret({
    ...privateKey,
    description: 'The key before or after a rotation: checks tokens and is published, never signs',
  }),
  JWT_ALG: z
    .enum(tokenAlgorithms)
    .optional()
    .meta({
      group: tokens,
      allowed: tokenAlgorithms.map((name) => `\`${name}\``).join(', '),
      description: 'Confirms the algorithm that follows from the key',
    }),
  ACCESS_TOKEN_TTL: wholeNumber(otpNumbers.accessTokenTtlSeconds, {
    unit: 'seconds',
    group: tokens,
    description: 'Life of a token',
  }),
  REFRESH_TOKEN_TTL: wholeNumber(otpNumbers.refreshTokenTtlSeconds, {
    group: tokens,
    allowed: `0, or a whole number of seconds from 60 to ${otpNumbers.refreshTokenTtlSeconds.max}`,
    description: 'Life of a sign-in that refresh tokens prolong; 0 is without refresh tokens',
  }).refine((seconds) => seconds === 0 || seconds >= 60),
  REVOCATION_REQUIRED: flag({
    group: tokens,
    description:
      'Refuse tokens while the store cannot say whether they are revoked; otherwise the signature decides',
  }),
  INTROSPECT_CLIENTS: list('', {
    group: tokens,
    allowed:
      '`name=hash` pairs with commas between them, as `stateless-otp secret --introspect-client name` prints them',
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}=[0-9a-f]{64}$/,
    description: 'Services that may use `/oauth/introspect`, by HTTP Basic authentication',
  }),
  JWT_ISSUER: textWithDefault('stateless-otp', {
    group: tokens,
    allowed: 'text',
    description: "The token's `iss`",
  }),
  JWT_AUDIENCE: textWithDefault('stateless-otp', {
    group: tokens,
    allowed: 'text',
    description: "The token's `aud`",
  }),
  BEARER_PURPOSES: list('sign-in', {
    group: tokens,
    allowed: `names with commas between them, each of ${namesAllowed}`,
    pattern: namePattern,
    description: 'Purposes whose tokens `GET /token/verify` accepts and refresh tokens prolong',
  }),

  GATE_ALLOW: list('', {
    group: gate,
    allowed:
      'addresses, `@domain`s, ids and beginnings of numbers such as `+49`, with commas between them and without wildcards',
    description:
      'Who is sent codes and let through at `/authz/*`; without it everybody. Needs `DELIVERY_MODE=background`, which is then the default',
  }).refine((rules) => rules.every(isGateRule)),
  GATE_COOKIE_DOMAIN: text({
    group: gate,
    allowed: 'a domain such as `example.com`',
    description: 'Every host under it shares one sign-in at `PUBLIC_URL`; without it each host has its own',
  }).refine((domain) => domain === undefined || isCookieDomain(domain)),
};
