import type { KeyObject } from 'node:crypto';
import type { OwnerTags } from '../core/derivation.js';
import { type Identity, readIdentity } from '../core/identity.js';
import { OtpError } from '../errors.js';
import { remember } from '../fast/recent.js';
import type { Call, TokenCause, TokenKind } from '../outcomes/call.js';
import { toFailure } from '../outcomes/failure.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Grant, MonotonicClock, ReadClaims, Store } from '../ports.js';
import type { IssuedToken } from '../results.js';
import { type AccessTokenOptions, createAccessTokens } from './access-tokens.js';
import { clockSkewSeconds, type TokenClaims } from './claims.js';
import { createFamilies, type Sustained } from './families.js';
import { deriveSuccessorId, isTimelyRenewal, type Renewal } from './renewals.js';
import { createRevocationFinder, listEntries, sessionEntry, tokenEntry } from './revocations.js';
import { createSignOut } from './sign-out.js';

export interface TokenOptions extends AccessTokenOptions {
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
  store: Pick<Store, 'claim' | 'claimed' | 'clear' | 'ended' | 'exchange' | 'isStateless'>;
  monotonicClock: MonotonicClock;
  outcomes: Outcomes;
  /** The tags that stand for an identity in outcomes and in the store, which keeps sign-outs. */
  deriveOwnerTags(identity: Identity): OwnerTags;
}

export type TokenCheck = { active: true; claims: TokenClaims } | { active: false };

/** With the reason, which only operators may learn. */
export type TokenExamination = { active: true; claims: TokenClaims } | { active: false; cause: TokenCause };

export type Tokens = ReturnType<typeof createTokens>;

/** Takes about two megabytes. */
const maxTags = 10_000;

/** Issues, verifies and revokes tokens (RFC 7519). */
export function createTokens(options: TokenOptions) {
  const { ttlSeconds, store, clock, outcomes } = options;
  const accessTokens = createAccessTokens(options);
  const nowSeconds = () => Math.floor(clock() / 1000);
  /** How much longer a token may be accepted: the clocks of the store and of other instances may differ. */
  const lifeSeconds = ({ exp }: TokenClaims) => exp - nowSeconds() + clockSkewSeconds;
  const families =
    options.refreshTtlSeconds === 0
      ? null
      : createFamilies({ ...options, key: options.refreshKey, ttlSeconds: options.refreshTtlSeconds });
  const findRevocation = createRevocationFinder({ ...options, isRequired: options.isRevocationRequired });
  const tagsOf = remember(maxTags, (identity: string) => options.deriveOwnerTags(readIdentity(identity)));

  const mayContinue = async (identity: string, purpose: string) =>
    (await options.mayContinue?.(identity, purpose)) ?? true;
  const readClaims = async (identity: string) => (await options.readClaims?.(identity)) ?? {};

  /** The person that an outcome is about. */
  const describe = (kind: TokenKind, { identity, purpose }: Pick<Sustained, 'identity' | 'purpose'>) => ({
    kind,
    identityTag: tagsOf(identity).identityTag,
    purpose,
  });
  const describeClaims = ({ sub, purpose, sid }: TokenClaims) =>
    describe(sid === undefined ? 'access' : 'session', { identity: sub, purpose });

  /** Tolerates a store that fails: the code is used up, so the person must at least get an access token. */
  function tolerateOutage(kind: TokenKind, sustained: Sustained, call: Call) {
    return (error: unknown): undefined => {
      const cause = toFailure(error);
      if (cause !== 'store_unavailable') throw error;
      outcomes.report({ event: 'session.shortened', ...call, ...describe(kind, sustained), cause });
    };
  }

  async function endSession(sid: string): Promise<void> {
    // Other tokens of the session must end too.
    await store.claim(sessionEntry(sid), ttlSeconds + clockSkewSeconds);
    await families?.endSession(sid);
  }

  async function examine(token: unknown): Promise<TokenExamination> {
    const claims = await accessTokens.parse(token);
    if (typeof claims === 'string') return { active: false, cause: claims };
    const { sub, auth_time: authTimeSeconds } = claims;
    const cause = await findRevocation({ names: listEntries(claims), ...tagsOf(sub), authTimeSeconds });
    return cause === null ? { active: true, claims } : { active: false, cause };
  }

  return {
    canRefresh: families !== null,
    /** Whether the store can keep that a token has been revoked. */
    canRevoke: !store.isStateless,
    /** Whether the store can end every sign-in of an identity. */
    canSignOut: store.clear !== undefined,
    signOut: createSignOut(options),
    /** Unix seconds, by the clock that decides expiry. */
    now: nowSeconds,
    describe: describeClaims,
    async issue(grant: Grant): Promise<IssuedToken> {
      const { identity, purpose, channels, isSession, authTimeSeconds, extraClaims, call = {} } = grant;
      const amr = channels.includes('sms') ? ['otp', 'sms'] : ['otp'];
      const sustained = { identity, purpose, amr, authTime: authTimeSeconds ?? nowSeconds() };
      const isLasting = families && options.lastingPurposes.includes(purpose);
      if (!isLasting) return accessTokens.sign(sustained, extraClaims);
      if (isSession) {
        const sid = await families.startSession().catch(tolerateOutage('session', sustained, call));
        return accessTokens.sign(sustained, extraClaims, sid);
      }
      const token = accessTokens.sign(sustained, extraClaims);
      const refreshToken = await families.start(sustained).catch(tolerateOutage('refresh', sustained, call));
      return { ...token, ...refreshToken };
    },
    /** Like `check`, for callers that report the outcome themselves. */
    examine,
    /** Never throws and never says why: an invalid token tells its sender nothing. */
    async check(token: unknown, call: Call = {}): Promise<TokenCheck> {
      const result = await examine(token);
      if (result.active) return result;
      outcomes.report({ event: 'token.refused', ...call, kind: 'access', cause: result.cause });
      return { active: false };
    },
    /** Uses up a refresh token and returns its successors; null when it is invalid. */
    async refresh(refreshToken: unknown, call: Call = {}): Promise<IssuedToken | null> {
      const opened = families?.parse(refreshToken) ?? 'malformed';
      if (typeof opened === 'string') {
        outcomes.report({ event: 'token.refused', ...call, kind: 'refresh', cause: opened });
        return null;
      }
      const { sustained } = opened;
      const { identity, purpose, authTime: authTimeSeconds } = sustained;
      const about = { ...call, ...describe('refresh', sustained) };
      const isLasting = options.lastingPurposes.includes(purpose);
      if (!isLasting || !(await mayContinue(identity, purpose))) {
        await families?.end(opened);
        outcomes.report({ event: 'session.ended', ...about, cause: 'not_allowed' });
        return null;
      }
      // Before the token is used up, so that a failure here signs nobody out.
      const extraClaims = await readClaims(identity);
      // After the hooks, so that no slow call comes between this check and the new token.
      const isSignedOut = await store.ended?.({ names: [], ...tagsOf(identity), authTimeSeconds });
      if (isSignedOut) {
        await families?.end(opened);
        outcomes.report({ event: 'token.refused', ...about, cause: 'ended' });
        return null;
      }
      const token = accessTokens.sign(sustained, extraClaims);
      const next = (await families?.rotate(opened)) ?? 'malformed';
      if (typeof next !== 'string') {
        outcomes.report({ event: 'token.refreshed', ...about });
        return { ...token, ...next };
      }
      if (next === 'reused') outcomes.report({ event: 'token.reused', ...about });
      else outcomes.report({ event: 'token.refused', ...about, cause: next });
      return null;
    },
    /** Renews the token of a session. Never rejects. */
    async renew(claims: TokenClaims, call: Call = {}): Promise<Renewal> {
      const { sid, sub, purpose, amr, auth_time } = claims;
      if (sid === undefined || !families) return { status: 'kept' };
      try {
        if (!(await mayContinue(sub, purpose))) return { status: 'kept' };
        const extraClaims = await readClaims(sub);
        // After the hooks, so that no slow call comes between these checks and the new token.
        if (!(await families.isSessionLive(sid))) return { status: 'kept' };
        if (!(await isTimelyRenewal(store, claims, lifeSeconds(claims)))) {
          await endSession(sid);
          outcomes.report({ event: 'token.reused', ...call, ...describeClaims(claims) });
          return { status: 'ended' };
        }
        const sustained = { identity: sub, purpose, amr, authTime: auth_time };
        const token = accessTokens.sign(sustained, extraClaims, sid, deriveSuccessorId(claims));
        outcomes.report({ event: 'token.refreshed', ...call, ...describeClaims(claims) });
        return { status: 'renewed', token };
      } catch (error) {
        // The current token is still valid, so its holder must not notice.
        const cause = toFailure(error);
        outcomes.report({ event: 'renewal.failed', ...call, ...describeClaims(claims), cause });
        return { status: 'kept' };
      }
    },
    /**
     * Ends an access token, with its session if it has one, or the family of a refresh token. Ignores anything else.
     *
     * @throws OtpError `store_unavailable`, or `not_found` when the store cannot keep that
     */
    async revoke(token: unknown, call: Call = {}): Promise<void> {
      if (store.isStateless)
        throw new OtpError('not_found', 'Nothing can be revoked here: no store keeps it');
      const opened = families?.open(token);
      if (families && opened) {
        await families.end(opened);
        const about = describe('refresh', opened.sustained);
        outcomes.report({ event: 'session.ended', ...call, ...about, cause: 'revoked' });
        return;
      }
      const claims = await accessTokens.parse(token);
      if (typeof claims === 'string') return;
      await store.claim(tokenEntry(claims), lifeSeconds(claims));
      if (claims.sid === undefined) {
        outcomes.report({ event: 'token.revoked', ...call, ...describeClaims(claims) });
        return;
      }
      await endSession(claims.sid);
      outcomes.report({ event: 'session.ended', ...call, ...describeClaims(claims), cause: 'revoked' });
    },
  };
}
