import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import { OtpError } from '../errors.js';
import { createCheckedTokens } from '../fast/checked-tokens.js';
import { remember } from '../fast/recent.js';
import { toFailure } from '../outcomes/failure.js';
import type { Call, Subject, TokenCause, TokenKind } from '../outcomes/outcome.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Clock, IssueToken, MonotonicClock, Random, ReadClaims, Store } from '../ports.js';
import type { IssuedToken } from '../results.js';
import {
  clockSkewSeconds,
  dropReserved,
  isOurPayload,
  maxRefreshTtlSeconds,
  maxTtlSeconds,
  type TokenClaims,
} from './claims.js';
import { createFamilies, type Sustained } from './families.js';
import type { TokenKeys } from './keys.js';
import { createRenewals, deriveSuccessorId } from './renewals.js';
import { createRevocations } from './revocations.js';
import { checkSigned, isPayload } from './signed.js';

export interface TokenOptions {
  keys: TokenKeys;
  issuer: string;
  audience: string;
  namespace: string;
  ttlSeconds: number;
  /** Life of a sign-in that can be refreshed or renewed; 0: none can. */
  refreshTtlSeconds: number;
  refreshKey: KeyObject;
  /** Purposes whose tokens can be refreshed or renewed. */
  lastingPurposes: readonly string[];
  /** Whether tokens are refused while the store does not answer. */
  isRevocationRequired: boolean;
  readClaims?: ReadClaims | undefined;
  /** Whether a sign-in may continue; called on every refresh and renewal. Default: yes. */
  mayContinue?: ((identity: string, purpose: string) => boolean | Promise<boolean>) | undefined;
  store: Pick<Store, 'claim' | 'claimed' | 'clear' | 'ended' | 'exchange'>;
  clock: Clock;
  monotonicClock: MonotonicClock;
  random: Random;
  outcomes: Outcomes;
  /** The tag that stands for an identity in outcomes, and under which the store keeps sign-outs. */
  deriveIdentityTag(identity: string): string;
}

export type TokenCheck = { active: true; claims: TokenClaims } | { active: false };

/** With the reason, which only operators may learn. */
export type TokenExamination = { active: true; claims: TokenClaims } | { active: false; cause: TokenCause };

/**
 * `kept`: the token cannot be renewed, or not now. `ended`: it was renewed more than ten seconds ago, so there is a copy of
 * it, and its session has been ended.
 */
export type Renewal = { status: 'renewed'; token: IssuedToken } | { status: 'kept' } | { status: 'ended' };

export interface Tokens {
  canRefresh: boolean;
  issue: IssueToken;
  /** Never throws and never says why: an invalid token tells its sender nothing. */
  check(token: unknown, call?: Call): Promise<TokenCheck>;
  /** Like `check`, for callers that report the outcome themselves. */
  examine(token: unknown): Promise<TokenExamination>;
  /** Uses up a refresh token and returns its successors; null when it is invalid. */
  refresh(refreshToken: unknown, call?: Call): Promise<IssuedToken | null>;
  /** Renews the token of a session. Never rejects. */
  renew(claims: TokenClaims, call?: Call): Promise<Renewal>;
  /**
   * Ends an access token, with its session if it has one, or the family of a refresh token. Ignores anything else.
   *
   * @throws OtpError `store_unavailable`
   */
  revoke(token: unknown, call?: Call): Promise<void>;
  /** Whether the store can end every sign-in of an identity. */
  canSignOut: boolean;
  /**
   * Ends every sign-in of an identity until now, with its pending codes: access tokens, refresh tokens and sessions. Resolves
   * with how many codes were pending.
   *
   * @throws OtpError `store_unavailable`, or `not_found` when the store cannot do that
   */
  signOut(identity: string, call?: Call): Promise<number>;
  /** Unix seconds, by the clock that decides expiry. */
  now(): number;
  /** Whom an outcome of this token is about. */
  describe(claims: TokenClaims): Subject & { kind: TokenKind };
}

const type = 'JWT';
const requiredClaims = ['sub', 'iat', 'exp', 'jti'];
/** Takes a few megabytes. */
const maxCheckedTokens = 10_000;
/** Takes about two megabytes. */
const maxTags = 10_000;
/** For as long as any sign-in lives, under whatever configuration it began. */
export const signOutSeconds = maxRefreshTtlSeconds + maxTtlSeconds + clockSkewSeconds;
/** Browsers drop a cookie of more than 4096 bytes, its name included (RFC 6265bis §5.6). */
const maxIssuedLength = 4000;

/** Issues, verifies and revokes tokens (RFC 7519). */
export function createTokens(options: TokenOptions): Tokens {
  const { keys, issuer, audience, namespace, ttlSeconds, store, clock, outcomes } = options;
  const { signing } = keys;
  const nowSeconds = () => Math.floor(clock() / 1000);
  const families =
    options.refreshTtlSeconds === 0
      ? null
      : createFamilies({ ...options, key: options.refreshKey, ttlSeconds: options.refreshTtlSeconds });
  const revocations = createRevocations({ ...options, isRequired: options.isRevocationRequired });
  const encodedHeader = encode({
    alg: signing.algorithm,
    typ: type,
    ...(signing.kid === undefined ? {} : { kid: signing.kid }),
  });
  const renewals = createRenewals(options.store, nowSeconds);
  const checked = createCheckedTokens<TokenClaims>(maxCheckedTokens);
  const tagOf = remember(maxTags, options.deriveIdentityTag);

  function sign(
    sustained: Sustained,
    extraClaims: Record<string, unknown>,
    sid?: string,
    jti = options.random.id(),
  ): IssuedToken {
    const issuedAt = nowSeconds();
    const claims: TokenClaims = {
      ...dropReserved(extraClaims),
      iss: issuer,
      aud: audience,
      sub: sustained.identity,
      iat: issuedAt,
      exp: issuedAt + ttlSeconds,
      jti,
      auth_time: sustained.authTime,
      purpose: sustained.purpose,
      namespace,
      amr: sustained.amr,
      ...(sid === undefined ? {} : { sid }),
    };
    const input = `${encodedHeader}.${encode(claims)}`;
    const accessToken = `${input}.${signing.sign(input)}`;
    if (accessToken.length > maxIssuedLength) {
      throw new OtpError('internal', `The claims do not fit in a token of ${maxIssuedLength} characters`);
    }
    return { accessToken, expiresInSeconds: ttlSeconds };
  }

  /** Who an outcome is about. */
  const describe = (kind: TokenKind, { identity, purpose }: Pick<Sustained, 'identity' | 'purpose'>) => ({
    kind,
    identityTag: tagOf(identity),
    purpose,
  });
  const describeClaims = ({ sub, purpose, sid }: TokenClaims) =>
    describe(sid === undefined ? 'access' : 'session', { identity: sub, purpose });

  /** Tolerates a failing store: the code is used up, so the person must at least get an access token. */
  async function startLasting<Started>(
    kind: TokenKind,
    sustained: Sustained,
    call: Call,
    start: () => Promise<Started>,
  ): Promise<Started | undefined> {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
      outcomes.report({
        event: 'session.shortened',
        ...call,
        ...describe(kind, sustained),
        cause: error.code,
      });
      return undefined;
    }
  }

  async function isSignedOut({ identity, authTime: authTimeSeconds }: Sustained): Promise<boolean> {
    return (await store.ended?.({ names: [], identityTag: tagOf(identity), authTimeSeconds })) ?? false;
  }

  async function endSession(sid: string): Promise<void> {
    // Other tokens of the session must end too.
    await revocations.add(sessionEntry(sid), ttlSeconds + clockSkewSeconds);
    await families?.endSession(sid);
  }

  async function parseActive(token: unknown): Promise<TokenClaims | TokenCause> {
    if (typeof token !== 'string' || token === '') return 'missing';
    const key = checked.hash(token);
    const known = checked.find(key);
    if (known) return known.exp > nowSeconds() ? known : 'expired';
    let cause: TokenCause = 'malformed';
    const result = await checkSigned(token, keys.checking, (text, publicKey, { algorithms }) =>
      jwtVerify(text, publicKey, {
        algorithms,
        typ: type,
        issuer,
        audience,
        requiredClaims,
        currentDate: new Date(clock()),
      }).catch((error: unknown) => {
        cause = causeOf(error);
        throw error;
      }),
    );
    if (!result) return cause;
    if (!isPayload(token, result.payload)) return 'malformed';
    if (!isOurPayload(result.payload, namespace, nowSeconds())) return 'other_service';
    checked.add(key, result.payload);
    return result.payload;
  }

  async function examine(token: unknown): Promise<TokenExamination> {
    const claims = await parseActive(token);
    if (typeof claims === 'string') return { active: false, cause: claims };
    const { sub, auth_time: authTimeSeconds } = claims;
    const signIn = { names: listEntries(claims), identityTag: tagOf(sub), authTimeSeconds };
    const cause = await revocations.find(signIn);
    return cause === null ? { active: true, claims } : { active: false, cause };
  }

  return {
    canRefresh: families !== null,
    canSignOut: store.clear !== undefined,
    now: nowSeconds,
    describe: describeClaims,
    async issue({ identity, purpose, channels, isSession, authTimeSeconds, extraClaims, call = {} }) {
      const amr = channels.includes('sms') ? ['otp', 'sms'] : ['otp'];
      const sustained = { identity, purpose, amr, authTime: authTimeSeconds ?? nowSeconds() };
      if (!families || !options.lastingPurposes.includes(purpose)) return sign(sustained, extraClaims);
      if (isSession) {
        const sid = await startLasting('session', sustained, call, () => families.startSession());
        return sign(sustained, extraClaims, sid);
      }
      const token = sign(sustained, extraClaims);
      return {
        ...token,
        ...(await startLasting('refresh', sustained, call, () => families.start(sustained))),
      };
    },
    examine,
    async check(token, call = {}) {
      const result = await examine(token);
      if (result.active) return result;
      outcomes.report({ event: 'token.refused', ...call, kind: 'access', cause: result.cause });
      return { active: false };
    },
    async refresh(refreshToken, call = {}) {
      const sustained = families?.parse(refreshToken) ?? 'malformed';
      if (typeof sustained === 'string') {
        outcomes.report({ event: 'token.refused', ...call, kind: 'refresh', cause: sustained });
        return null;
      }
      const { identity, purpose } = sustained;
      const about = { ...call, ...describe('refresh', sustained) };
      const isLasting = options.lastingPurposes.includes(purpose);
      if (!isLasting || !((await options.mayContinue?.(identity, purpose)) ?? true)) {
        await families?.end(refreshToken);
        outcomes.report({ event: 'session.ended', ...about, cause: 'not_allowed' });
        return null;
      }
      // Before the token is used up, so that a failure here signs nobody out.
      const extraClaims = (await options.readClaims?.(sustained.identity)) ?? {};
      // After the hooks, so that no slow call comes between this check and the new token.
      if (await isSignedOut(sustained)) {
        await families?.end(refreshToken);
        outcomes.report({ event: 'token.refused', ...about, cause: 'ended' });
        return null;
      }
      const token = sign(sustained, extraClaims);
      const next = (await families?.rotate(refreshToken)) ?? 'malformed';
      if (typeof next !== 'string') {
        outcomes.report({ event: 'token.refreshed', ...about });
        return { ...token, ...next };
      }
      if (next === 'reused') outcomes.report({ event: 'token.reused', ...about });
      else outcomes.report({ event: 'token.refused', ...about, cause: next });
      return null;
    },
    async renew(claims, call = {}) {
      const { sid, sub, purpose, amr, auth_time } = claims;
      if (sid === undefined || !families) return { status: 'kept' };
      try {
        if (!((await options.mayContinue?.(sub, purpose)) ?? true)) return { status: 'kept' };
        const extraClaims = (await options.readClaims?.(sub)) ?? {};
        // After the hooks, so that no slow call comes between these checks and the new token.
        if (!(await families.isSessionLive(sid))) return { status: 'kept' };
        if (!(await renewals.isTimely(claims))) {
          await endSession(sid);
          outcomes.report({ event: 'token.reused', ...call, ...describeClaims(claims) });
          return { status: 'ended' };
        }
        const sustained = { identity: sub, purpose, amr, authTime: auth_time };
        const token = sign(sustained, extraClaims, sid, deriveSuccessorId(claims));
        outcomes.report({ event: 'token.refreshed', ...call, ...describeClaims(claims) });
        return { status: 'renewed', token };
      } catch (error) {
        // The current token is still valid, so its holder must not notice.
        const cause = toFailure(error);
        outcomes.report({ event: 'renewal.failed', ...call, ...describeClaims(claims), cause });
        return { status: 'kept' };
      }
    },
    async signOut(identity, call = {}) {
      if (!store.clear) throw new OtpError('not_found', 'The store cannot sign people out everywhere');
      const identityTag = tagOf(identity);
      const cleared = await store.clear({ identityTag, records: true, counts: false, signOutSeconds });
      outcomes.report({ event: 'session.ended', ...call, identityTag, kind: 'session', cause: 'everywhere' });
      return cleared.records;
    },
    async revoke(token, call = {}) {
      const sustained = await families?.end(token);
      if (sustained) {
        const about = describe('refresh', sustained);
        outcomes.report({ event: 'session.ended', ...call, ...about, cause: 'revoked' });
        return;
      }
      const claims = await parseActive(token);
      if (typeof claims === 'string') return;
      // The store's clock may differ from this one.
      await revocations.add(tokenEntry(claims), claims.exp - nowSeconds() + clockSkewSeconds);
      if (claims.sid === undefined) {
        outcomes.report({ event: 'token.revoked', ...call, ...describeClaims(claims) });
        return;
      }
      await endSession(claims.sid);
      outcomes.report({ event: 'session.ended', ...call, ...describeClaims(claims), cause: 'revoked' });
    },
  };
}

/** Why jose refused a token. */
function causeOf(error: unknown): TokenCause {
  const { code } = error as { code?: unknown };
  if (code === 'ERR_JWT_EXPIRED') return 'expired';
  return code === 'ERR_JWT_CLAIM_VALIDATION_FAILED' ? 'other_service' : 'signature';
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const tokenEntry = ({ jti }: TokenClaims) => `jti ${jti}`;
const sessionEntry = (sid: string) => `sid ${sid}`;

function listEntries(claims: TokenClaims): string[] {
  return claims.sid === undefined ? [tokenEntry(claims)] : [tokenEntry(claims), sessionEntry(claims.sid)];
}
