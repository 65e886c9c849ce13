import { setTimeout as sleep } from 'node:timers/promises';
import { explainConnection } from '../core/connection-causes.js';
import { createRefusal, type Meaning, type Refusal } from '../core/refusal.js';
import type { Clock } from '../ports.js';
import { dig } from './dig.js';
import { find, mean } from './meanings.js';
import { nameNetworkError, noAnswerInTime } from './network-error.js';
import { checkOptions, credential, matching, optional, secureUrl } from './options.js';
import { type Fetch, isSuccess, parseRetryAfter, readBody } from './post.js';
import { limitTime } from './time-limit.js';

/** An OAuth 2.0 client: uses the refresh token grant with a `refreshToken` (RFC 6749 §6), else client credentials (§4.4). */
export interface OAuthOptions {
  /** Token endpoint: https, or http on this machine. */
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Space-separated words, as the provider defines them. */
  scope?: string | undefined;
  /** Replaced in memory whenever the provider returns a new one. */
  refreshToken?: string | undefined;
}

/** No token could be obtained, so nothing was sent. */
export class TokenError extends Error {
  readonly receipt: Refusal;

  constructor(receipt: Refusal) {
    super(receipt.detail);
    this.receipt = receipt;
  }
}

interface Token {
  value: string;
  /** From then on a new token is fetched in the background. */
  renewAt: number;
  expiresAt: number;
}

export type TokenSource = ReturnType<typeof createTokenSource>;

const defaultLifeSeconds = 300;
const renewalPauseMs = 10_000;
/** Upper bound for Retry-After. */
const longestPauseMs = 60_000;

/** RFC 6749 §5.2, with additions by Google and Microsoft. Only these are logged: anything else could be a secret. */
const errors = {
  ...mean('unauthorized', 'invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'),
  ...mean('unauthorized', 'unsupported_grant_type', 'invalid_scope', 'access_denied', 'interaction_required'),
  ...mean('unauthorized', 'consent_required', 'invalid_resource', 'admin_policy_enforced'),
  ...mean('unauthorized', 'deleted_client', 'disabled_client'),
  ...mean('unavailable', 'server_error', 'slow_down', 'temporarily_unavailable'),
};
/** RFC 6749 §3.3. */
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * Fetches access tokens before they expire, with at most one request at a time.
 *
 * @param timeoutMs of one request
 * @throws TypeError or RangeError that names the wrong option
 */
export function createTokenSource(
  options: OAuthOptions,
  { fetch, clock, timeoutMs }: { fetch: Fetch; clock: Clock; timeoutMs: number },
) {
  const { tokenUrl, clientId, clientSecret, scope, ...checked } = checkOptions(
    options,
    {
      tokenUrl: secureUrl,
      clientId: credential,
      clientSecret: credential,
      scope: optional(matching(scopePattern, 'words with single spaces between them')),
      refreshToken: optional(credential),
    },
    'oauth.',
  );
  const client = { client_id: clientId, client_secret: clientSecret, ...(scope && { scope }) };
  let { refreshToken } = checked;

  const closing = new AbortController();
  let current: Token | undefined;
  let fetching: Promise<Token> | undefined;
  let pause: { until: number; receipt: Refusal } | undefined;

  async function fetchToken(): Promise<Token> {
    const startedAt = clock();
    const grant =
      refreshToken === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'refresh_token', refresh_token: refreshToken };
    const form = new URLSearchParams({ ...grant, ...client }).toString();
    const limit = limitTime(closing.signal, timeoutMs);
    const body = await post(tokenUrl.href, form, fetch, limit.signal).finally(limit.end);
    const value = dig(body, 'access_token');
    const type = dig(body, 'token_type') ?? 'bearer';
    if (!isToken(value) || String(type).toLowerCase() !== 'bearer') {
      // Some endpoints answer 200 to everything.
      const category = find(errors, String(dig(body, 'error')));
      throw fail(category ?? 'unavailable', `no bearer token${category ? `, ${dig(body, 'error')}` : ''}`);
    }
    const next = dig(body, 'refresh_token');
    if (refreshToken !== undefined && isToken(next)) refreshToken = next;
    const lifeMs = parseLifeSeconds(dig(body, 'expires_in')) * 1000;
    const expiresAt = startedAt + lifeMs - Math.min(60_000, lifeMs / 10);
    return { value, expiresAt, renewAt: expiresAt - Math.min(240_000, lifeMs / 4) };
  }

  async function fetchAndKeep(): Promise<Token> {
    try {
      current = await fetchToken();
      pause = undefined;
      return current;
    } catch (error) {
      const { receipt } = error as TokenError;
      const { retryAfterSeconds } = receipt;
      if (retryAfterSeconds !== undefined) {
        pause = { until: clock() + Math.min(retryAfterSeconds * 1000, longestPauseMs), receipt };
      }
      throw error;
    } finally {
      fetching = undefined;
    }
  }

  function renew(): Promise<Token> {
    fetching ??= fetchAndKeep();
    return fetching;
  }

  function isPaused(): boolean {
    const leftMs = (pause?.until ?? 0) - clock();
    // More means that the clock was set back.
    return leftMs > 0 && leftMs <= longestPauseMs;
  }

  async function wait(): Promise<Token> {
    if (pause && isPaused()) throw new TokenError(pause.receipt);
    const hasJoined = fetching !== undefined;
    const endsAt = clock() + timeoutMs;
    try {
      return await renew();
    } catch (error) {
      // The shared request may have started long before this call, which then has time left for another.
      const leftMs = endsAt - clock();
      const isSilence = (error as TokenError).receipt.detail.endsWith(noAnswerInTime);
      const isWorthAnother = hasJoined && isSilence && leftMs > timeoutMs / 10;
      if (!isWorthAnother) throw error;
      return await Promise.race([renew(), failAfter(leftMs)]);
    }
  }

  return {
    /** Rejects with a `TokenError`. */
    async get(): Promise<string> {
      const now = clock();
      if (!current || now >= current.expiresAt) return (await wait()).value;
      if (now >= current.renewAt && !fetching && !isPaused()) {
        current.renewAt = now + renewalPauseMs;
        // A failure shows once the current token has expired.
        renew().catch(() => {});
      }
      return current.value;
    },
    /** Drops a token that was not accepted. */
    refuse(value: string): void {
      if (current?.value === value) current = undefined;
    },
    close: () => closing.abort(),
  };
}

const setting = 'SMTP_OAUTH_TOKEN_URL (oauth.tokenUrl)';

function createSilence(): TokenError {
  return fail('unavailable', noAnswerInTime, { cause: `${setting} did not answer in time` });
}

async function failAfter(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw createSilence();
}

/** The body of a successful answer. Rejects with a `TokenError` that quotes nothing but a known error code. */
async function post(url: string, body: string, fetch: Fetch, signal: AbortSignal): Promise<unknown> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  try {
    // No redirects: the secret is for this URL only.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const { status } = response;
    const answer = await readBody(response);
    if (signal.aborted) throw createSilence();
    if (isSuccess(response)) return answer;
    const error = String(dig(answer, 'error'));
    const category = find(errors, error);
    const number = dig(answer, 'error_codes', 0); // Microsoft documents its errors by this number
    const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'));
    const facts = [status, category && error, typeof number === 'number' ? number : undefined];
    throw fail(
      status === 401 ? 'unauthorized' : status > 499 ? 'unavailable' : (category ?? 'unavailable'),
      `HTTP ${facts.filter((fact) => fact !== undefined).join(' ')}`,
      { retryAfterSeconds },
    );
  } catch (error) {
    if (error instanceof TokenError) throw error;
    if (signal.aborted) throw createSilence();
    const name = nameNetworkError(error);
    throw fail('unavailable', name, { cause: explainConnection(name, hints) });
  }
}

const hints = { address: setting, tls: setting, certificateName: setting };

function fail(
  category: Meaning,
  reason: string,
  { retryAfterSeconds, cause }: Pick<Refusal, 'retryAfterSeconds' | 'cause'> = {},
): TokenError {
  const why = cause ?? `the endpoint refuses: check the SMTP_OAUTH_* settings (oauth) (${reason})`;
  const options = { retryAfterSeconds, cause: `no token to log in to the mail server: ${why}` };
  return new TokenError(createRefusal(category, `OAuth token: ${reason}`, options));
}

/** Printable ASCII: in a login, control characters delimit the token. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,16384}$/.test(value);
}

/** Seconds (RFC 6749 §5.1). Some providers send a string, omit it, or send 0 for unknown. */
function parseLifeSeconds(value: unknown): number {
  const seconds = typeof value === 'string' ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 86_400) : defaultLifeSeconds;
}
