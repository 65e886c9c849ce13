import { type HumanCheck, OTPError } from './errors.js';
import type { Answer } from './send.js';

/** A code is on its way. */
export interface SentOTP {
  /** Remaining life of the code in seconds. */
  ttlSeconds: number;
  /** Time until the next send is possible. */
  resendInSeconds: number;
  /** Digits of the code; more than usual after many wrong guesses. */
  codeLength: number;
  /** `base32`: 12 letters and digits, such as ABCD-EFGH-JKMN. */
  codeAlphabet: 'digits' | 'base32';
  /** `email`, `sms`, `whatsapp`, `voice` or `custom`. */
  channel: string;
  /** Of a bound code, remembered by the client. Otherwise null. */
  challenge: string | null;
}

/** What a correct code also brings. */
export interface Remembered {
  /** A device token, if one was asked for or sent: it makes this browser a known one. In a page, the client keeps it. */
  device?: string;
}

/** A correct code, where the service issues no tokens (`ACCESS_TOKENS=off`). */
export interface Verified extends Remembered {
  /** In its canonical form. */
  identity: string;
}

export interface Tokens extends Remembered {
  accessToken: string;
  tokenType: 'bearer';
  /** Life of the access token in seconds. */
  expiresIn: number;
  /** Null unless the service issues refresh tokens. */
  refreshToken: string | null;
  /** Life of the refresh token in seconds, or null. */
  refreshExpiresIn: number | null;
}

/** `sub` is the canonical identity; times are unix seconds. Check `purpose` before you grant access. */
export interface TokenClaims {
  sub: string;
  purpose: string;
  iat: number;
  exp: number;
  jti: string;
  iss: string;
  aud: string;
  namespace: string;
  amr: string[];
  /** When the person typed the code. */
  auth_time: number;
  [claim: string]: unknown;
}

export type TokenStatus = { active: true; claims: TokenClaims } | { active: false; claims: null };

type Members = Record<string, unknown>;

const tokenPattern = /^[A-Za-z0-9._~+/-]+=*$/; // RFC 6750 §2.1
const maxTokenLength = 8192;

/** Whether this could be a token of the service, and fits in a header. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTokenLength && tokenPattern.test(value);
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function decodeSent(answer: Answer): SentOTP {
  const body = decodeSuccess(answer);
  const { channel, challenge = null } = body;
  const isChallenge =
    challenge === null || (typeof challenge === 'string' && /^[\w-]{22,512}$/.test(challenge));
  if (typeof channel !== 'string' || !isChallenge) throw createUnexpected(answer);
  return {
    ttlSeconds: decodeWhole(answer, body['ttl_seconds']),
    resendInSeconds: decodeWhole(answer, body['resend_in_seconds']),
    codeLength: decodeWhole(answer, body['code_length']),
    codeAlphabet: body['code_alphabet'] === 'base32' ? 'base32' : 'digits',
    channel,
    challenge,
  };
}

/** @param mustRefresh whether a refresh token is required */
export function decodeTokens(answer: Answer, mustRefresh: boolean): Tokens {
  const body = decodeSuccess(answer);
  const { access_token: accessToken, token_type: tokenType, refresh_token: refreshToken } = body;
  const hasRefresh = mustRefresh || refreshToken !== undefined;
  if (!isToken(accessToken) || tokenType !== 'bearer' || (hasRefresh && !isToken(refreshToken))) {
    throw createUnexpected(answer);
  }
  return {
    accessToken,
    tokenType,
    expiresIn: decodeWhole(answer, body['expires_in']),
    refreshToken: hasRefresh ? (refreshToken as string) : null,
    refreshExpiresIn: hasRefresh ? decodeWhole(answer, body['refresh_expires_in']) : null,
  };
}

/** The answer to a correct code: tokens or, where none are issued, whose code it was. */
export function decodeVerified(answer: Answer): Tokens | Verified {
  const { access_token, identity, device } = decodeSuccess(answer);
  if (device !== undefined && !isToken(device)) throw createUnexpected(answer);
  const isVerified = access_token === undefined && typeof identity === 'string' && identity !== '';
  const result = isVerified ? { identity } : decodeTokens(answer, false);
  return device === undefined ? result : { ...result, device };
}

export function decodeTokenStatus(answer: Answer): TokenStatus {
  const { active, claims } = decodeObject(answer);
  if (active === false) return { active, claims: null };
  if (active === true && isObject(claims)) return { active, claims: claims as unknown as TokenClaims };
  throw createUnexpected(answer);
}

export function decodeBearerStatus(answer: Answer): TokenStatus {
  const { status, body } = answer;
  if (status === 401 && isObject(body) && body['active'] === false) return { active: false, claims: null };
  return decodeTokenStatus(answer);
}

export function decodeSuccess(answer: Answer): Members {
  const body = decodeObject(answer);
  if (body['success'] !== true) throw createUnexpected(answer);
  return body;
}

function decodeObject(answer: Answer): Members {
  const { status, body } = answer;
  if (status >= 400 && isObject(body)) throw createProblem(answer, body);
  if (status !== 200 || !isObject(body)) throw createUnexpected(answer);
  return body;
}

function createProblem(answer: Answer, body: Members): OTPError {
  const { code, detail } = body;
  if (body['success'] !== false || typeof code !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(code)) {
    return createUnexpected(answer);
  }
  return new OTPError(code, toLine(detail) || code, {
    status: answer.status,
    attemptsLeft: toWhole(body['attempts_left']),
    retryAfterSeconds: toWhole(body['retry_after_seconds']) ?? parseRetryAfter(answer),
    humanCheck: body['human_check'] as HumanCheck,
  });
}

function createUnexpected(answer: Answer): OTPError {
  return new OTPError(
    'unexpected_answer',
    `The answer (status ${answer.status}) did not come from a stateless-otp service`,
    // Browsers hide the status of a redirect that is not followed.
    { status: answer.status || null, retryAfterSeconds: parseRetryAfter(answer) },
  );
}

function parseRetryAfter({ retryAfter }: Answer): number | null {
  return /^\d{1,15}$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
}

function decodeWhole(answer: Answer, value: unknown): number {
  const whole = toWhole(value);
  if (whole === null) throw createUnexpected(answer);
  return whole;
}

function toWhole(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** One line that is safe to log, wherever the answer came from. */
function toLine(detail: unknown): string {
  return typeof detail === 'string' ? detail.slice(0, 300).replace(/[\p{C}\p{Z}]+/gu, ' ') : '';
}
