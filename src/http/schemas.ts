import { z } from '@hono/zod-openapi';
import type { CodeAlphabet } from '../core/base32-code.js';
import { typedCodes } from '../core/code.js';
import { humanCheckProviders, maxSolutionLength } from '../core/human-check.js';
import { maxInputLength } from '../core/identity.js';
import { type Channel, channels, limitNames } from '../core/policy.js';
import { refusalCategories } from '../core/refusal.js';
import { maxRefreshTokenLength } from '../tokens/families.js';
import { maxTokenLength } from '../tokens/signed.js';
import { answerBody, requestBody } from './named-schemas.js';
import { makeOnDemand } from './on-demand.js';
import { listOperatorSchemas } from './operator-schemas.js';
import { problems } from './problems.js';

export const sentMessage = 'OTP sent successfully.';
/** A challenge has 22 characters; one that carries its record, where no store keeps it, is longer. */
const challengePattern = /^[A-Za-z0-9_-]{22,512}$/;

/** Of a request: null is not the same as left out. */
const humanCheckAnswer = z.string().max(maxSolutionLength).nullish().openapi({
  description:
    'The solution of the `human_check` that `human_check_required` came with. Null: this caller can solve one. Without it, none is asked for, and limits end earlier. Ignored with an API key',
});

/** Of a problem. */
const askedHumanCheck = z
  .object({
    provider: z.enum(humanCheckProviders),
    challenge: z
      .object({ parameters: z.record(z.string(), z.unknown()), signature: z.string() })
      .optional()
      .describe('With altcha: a puzzle of its version 2'),
    site_key: z.string().optional().describe('With turnstile'),
  })
  .optional()
  .describe('With human_check_required');

/**
 * Shapes of what comes in and goes out on the wire. An optional member may be null, which is not set; so is the empty text,
 * which `readJsonBody` drops.
 */
export function createSchemas(parts: {
  purposes: readonly string[];
  /** Those that some transport serves. Any other is a channel as well, but refused, so it is not documented. */
  channels: readonly Channel[];
  /** Of the codes that the store opens. Default: digits. */
  codeAlphabet?: CodeAlphabet | undefined;
}) {
  const { purposes, channels: served, codeAlphabet = 'digits' } = parts;
  const typed = typedCodes[codeAlphabet];
  const identity = z.string().min(1).max(maxInputLength).openapi({
    description: 'E-mail address, phone number (E.164) or opaque id `kind:id`',
    example: 'alice@example.com',
  });
  const purpose = z
    .enum(purposes as [string, ...string[]])
    .nullish()
    .describe(`What the code is for. Default ${purposes[0]}`);
  const challengeText = z.string().regex(challengePattern, 'must be 22 to 512 characters of base64url');
  const challenge = challengeText
    .nullish()
    .openapi({ description: 'The challenge of a bound request', example: 'a7AszVyXGPLrLZ4q7nHbaQ' });
  const device = z.string().nullish().openapi({
    description:
      'What a verify of this browser returned: its calls have budgets that strangers cannot use up. Ignored unless it is valid and of this identity',
  });
  const nextDevice = z
    .string()
    .optional()
    .describe('Of a verify with remember or a valid device: keep it instead of the one before');
  // Only those of request bodies are needed without the OpenAPI document.
  return makeOnDemand({
    requestOtp: () =>
      requestBody('OtpRequest', {
        identity,
        channel: z
          .enum(channels)
          .nullish()
          .openapi({
            enum: [...served],
            description:
              'Default: the first that reaches the identity, of email; sms, whatsapp, voice; custom',
          }),
        purpose,
        bind: z
          .boolean()
          .nullish()
          .describe(
            'Bind the code to a challenge that only this caller gets. Default: with a device. A stranger can spend the attempts of an unbound code',
          ),
        challenge,
        device,
        locale: z.string().nullish().openapi({
          description:
            'Language of the message, a BCP 47 tag; one that is unknown gives the default. Default: by Accept-Language',
          example: 'en',
        }),
        human_check: humanCheckAnswer,
      }).openapi({ example: { identity: 'alice@example.com' } }),
    verifyOtp: () =>
      requestBody('OtpVerify', {
        identity,
        otp: z
          .string()
          .min(typed.minLength, typed.minLength > 1 ? `must be ${typed.form}` : undefined)
          .max(typed.maxLength)
          .openapi({
            description: `The code as typed: ${typed.form}`,
            example: typed.example,
          }),
        challenge,
        purpose,
        device,
        remember: z.boolean().nullish().describe('Return a device, by which this browser is known later'),
      }).openapi({ example: { identity: 'alice@example.com', otp: '482931' } }),
    verifyToken: () => requestBody('TokenVerify', { token: z.string().min(1).max(maxTokenLength) }),
    otpSent: () =>
      answerBody('OtpSent', {
        success: z.literal(true),
        message: z.literal(sentMessage),
        ttl_seconds: z.int().openapi({ description: 'Life left of the code', example: 300 }),
        resend_in_seconds: z
          .int()
          .openapi({ description: 'Time until another request could be sent', example: 0 }),
        code_length: z.int().openapi({ description: 'Digits of the code', example: 6 }),
        code_alphabet: z
          .literal('base32')
          .optional()
          .describe('Present where codes are 12 letters and digits, such as ABCD-EFGH-JKMN'),
        channel: z.enum(channels).openapi({ enum: [...served] }),
        challenge: challengeText.optional().describe('Present on bound requests; send it with the code'),
      }),
    refreshToken: () =>
      requestBody('TokenRefresh', { refresh_token: z.string().min(1).max(maxRefreshTokenLength) }),
    logout: () =>
      requestBody('Logout', { refresh_token: z.string().max(maxRefreshTokenLength).nullish() }).openapi({
        example: {},
      }),
    loggedOut: () => answerBody('LoggedOut', { success: z.literal(true) }),
    tokenForm: () =>
      answerBody('TokenForm', {
        token: z.string(),
        token_type_hint: z.string().optional().describe('Not needed, and ignored'),
      }),
    introspection: () =>
      z
        .looseObject({ active: z.boolean() })
        .describe('The claims of the token, next to `active` (RFC 7662 §2.2)')
        .openapi('Introspection'),
    oauthError: () =>
      answerBody('OAuthError', {
        error: z.enum(['invalid_request', 'invalid_client']),
        error_description: z.string(),
      }),
    keySet: () =>
      answerBody('KeySet', {
        keys: z.array(
          z.object({
            kty: z.string(),
            crv: z.string(),
            x: z.string(),
            y: z.string().optional(),
            kid: z.string(),
            alg: z.string(),
            use: z.literal('sig'),
          }),
        ),
      }),
    tokensIssued: () =>
      answerBody('TokensIssued', {
        success: z.literal(true),
        access_token: z.string(),
        token_type: z.literal('bearer'),
        expires_in: z.int().openapi({ description: 'Life of the token in seconds', example: 900 }),
        refresh_token: z
          .string()
          .optional()
          .describe('Gets the next tokens, once; present where refresh tokens are on'),
        refresh_expires_in: z.int().optional().describe('Seconds until the person has to sign in again'),
        device: nextDevice,
      }),
    verified: () =>
      answerBody('Verified', {
        success: z.literal(true),
        identity: z.string().openapi({ description: 'In its canonical form', example: 'alice@example.com' }),
        device: nextDevice,
      }),
    tokenActive: () =>
      answerBody('TokenStatus', {
        active: z.boolean(),
        claims: z.record(z.string(), z.unknown()).optional().describe('Present when active'),
      }),
    ...listOperatorSchemas(identity, served),
    health: () => answerBody('Health', { status: z.literal('ok') }),
    problem: () =>
      answerBody('Problem', {
        type: z.string(),
        title: z.string(),
        status: z.int(),
        detail: z.string(),
        instance: z.string().openapi({
          description: 'Names the request (RFC 9457 §3.1.5), as X-Request-Id does',
          example: 'urn:stateless-otp:request:Q2hhbGxlbmdlIGlzIGhlcg',
        }),
        success: z.literal(false),
        code: z.enum(Object.keys(problems) as [string, ...string[]]),
        attempts_left: z.int().optional().describe('With invalid_code'),
        retry_after_seconds: z.int().optional().describe('Also in the header Retry-After'),
        limit: z.enum(limitNames).optional().describe('With rate_limited'),
        human_check: askedHumanCheck,
        category: z.enum(refusalCategories).optional().describe('With delivery_failed'),
      }),
  });
}

export type Schemas = ReturnType<typeof createSchemas>;
