import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import { OtpError } from '../errors.js';
import { createCheckedTokens } from '../fast/checked-tokens.js';
import type { Clock, IssueToken, Logger, MonotonicClock, Random, ReadClaims, Store } from '../ports.js';
import type { IssuedToken } from '../results.js';
import { clockSkewSeconds, dropReserved, isOurPayload, type TokenClaims } from './claims.js';
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
  /** Life of an access token. */
  ttlSeconds: number;
  /** Life of a sign-in that can be refreshed or renewed; 0: none can. */
  refreshTtlSeconds: number;
  /** Encrypts refresh tokens. */
  refreshKey: KeyObject;
  /** Purposes whose tokens can be refreshed or renewed. */
  lastingPurposes: readonly string[];
  /** Whether tokens are refused while the store does not answer. */
  isRevocationRequired: boolean;
  readClaims?: ReadClaims | undefined;
  /** Whether a sign-in may continue; called on every refresh and renewal. Default: yes. */
  mayContinue?: ((identity: string, purpose: string) => boolean | Promise<boolean>) | undefined;
  store: Pick<Store, 'claim' | 'claimed' | 'exchange'>;
  clock: Clock;
  monotonicClock: MonotonicClock;
  random: Random;
  logger: Logger;
}

export type TokenCheck = { active: true; claims: TokenClaims } | { active: false };

/**
 * `kept`: the token cannot be renewed, or not now. `ended`: it was renewed more than ten seconds ago, so there is a copy of
 * it, and its session has been ended.
 */
export type Renewal = { status: 'renewed'; token: IssuedToken } | { status: 'kept' } | { status: 'ended' };

export interface Tokens {
  /** Whether refresh tokens are issued. */
  canRefresh: boolean;
  issue: IssueToken;
  /** Never throws and never says why: an invalid token tells its sender nothing. */
  check(token: unknown): Promise<TokenCheck>;
  /** Uses up a refresh token and returns its successors; null when it is invalid. */
  refresh(refreshToken: unknown): Promise<IssuedToken | null>;
  /** Renews the token of a session. Never rejects. */
  renew(claims: TokenClaims): Promise<Renewal>;
  /**
   * Ends an access token, with its session if it has one, or the family of a refresh token. Ignores anything else.
   *
   * @throws OtpError `store_unavailable`
   */
  revoke(token: unknown): Promise<void>;
  /** Unix seconds, by the clock that decides expiry. */
  now(): number;
}

const type = 'JWT';
const requiredClaims = ['sub', 'iat', 'exp', 'jti'];
/** Takes a few megabytes. */
const maxCheckedTokens = 10_000;
/** Browsers drop a cookie of more than 4096 bytes, its name included (RFC 6265bis §5.6). */
const maxIssuedLength = 4000;

/** Issues, verifies and revokes tokens (RFC 7519). */
export function createTokens(options: TokenOptions): Tokens {
  const { keys, issuer, audience, namespace, ttlSeconds, clock, logger } = options;
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

  /** Tolerates a failing store: the code is used up, so the person must at least get an access token. */
  async function startLasting<Started>(start: () => Promise<Started>): Promise<Started | undefined> {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
      logger.warn({}, 'the store cannot keep a refresh token: this sign-in ends with its access token');
      return undefined;
    }
  }

  async function endSession(sid: string): Promise<void> {
    // Other tokens of the session must end too.
    await revocations.add(sessionEntry(sid), ttlSeconds + clockSkewSeconds);
    await families?.endSession(sid);
  }

  async function parseActive(token: unknown): Promise<TokenClaims | null> {
    if (typeof token !== 'string' || token === '') return null;
    const key = checked.hash(token);
    const known = checked.find(key);
    if (known) return known.exp > nowSeconds() ? known : null;
    const result = await checkSigned(token, keys.checking, (text, publicKey, { algorithms }) =>
      jwtVerify(text, publicKey, {
        algorithms,
        typ: type,
        issuer,
        audience,
        requiredClaims,
        currentDate: new Date(clock()),
      }),
    );
    if (!result || !isPayload(token, result.payload)) return null;
    if (!isOurPayload(result.payload, namespace, nowSeconds())) return null;
    checked.add(key, result.payload);
    return result.payload;
  }

  return {
    canRefresh: families !== null,
    now: nowSeconds,
    async issue({ identity, purpose, channels, isSession, extraClaims }) {
      const amr = channels.includes('sms') ? ['otp', 'sms'] : ['otp'];
      const sustained = { identity, purpose, amr, authTime: nowSeconds() };
      if (!families || !options.lastingPurposes.includes(purpose)) return sign(sustained, extraClaims);
      if (isSession) return sign(sustained, extraClaims, await startLasting(() => families.startSession()));
      const token = sign(sustained, extraClaims);
      return { ...token, ...(await startLasting(() => families.start(sustained))) };
    },
    async check(token) {
      const claims = await parseActive(token);
      if (!claims || (await revocations.includesAny(listEntries(claims)))) return { active: false };
      return { active: true, claims };
    },
    async refresh(refreshToken) {
      const sustained = families?.parse(refreshToken);
      if (!sustained) return null;
      const { identity, purpose } = sustained;
      const isLasting = options.lastingPurposes.includes(purpose);
      if (!isLasting || !((await options.mayContinue?.(identity, purpose)) ?? true)) {
        await families?.end(refreshToken);
        return null;
      }
      // Before the token is used up, so that a failure here signs nobody out.
      const extraClaims = (await options.readClaims?.(sustained.identity)) ?? {};
      const token = sign(sustained, extraClaims);
      const next = await families?.rotate(refreshToken);
      return next ? { ...token, ...next } : null;
    },
    async renew(claims) {
      const { sid, sub, purpose, amr, auth_time } = claims;
      if (sid === undefined || !families) return { status: 'kept' };
      try {
        if (!((await options.mayContinue?.(sub, purpose)) ?? true)) return { status: 'kept' };
        const extraClaims = (await options.readClaims?.(sub)) ?? {};
        // After the hooks, so that no slow call comes between these checks and the new token.
        if (!(await families.isSessionLive(sid))) return { status: 'kept' };
        if (!(await renewals.isTimely(claims))) {
          logger.warn({}, 'a session cookie was used again after its renewal: the session is ended');
          await endSession(sid);
          return { status: 'ended' };
        }
        const sustained = { identity: sub, purpose, amr, authTime: auth_time };
        return { status: 'renewed', token: sign(sustained, extraClaims, sid, deriveSuccessorId(claims)) };
      } catch (error) {
        // The current token is still valid, so its holder must not notice.
        logger.warn(
          { error: error instanceof OtpError ? error.code : 'internal' },
          'a session was not renewed',
        );
        return { status: 'kept' };
      }
    },
    async revoke(token) {
      if (await families?.end(token)) return;
      const claims = await parseActive(token);
      if (!claims) return;
      // The store's clock may differ from this one.
      await revocations.add(tokenEntry(claims), claims.exp - nowSeconds() + clockSkewSeconds);
      if (claims.sid !== undefined) await endSession(claims.sid);
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const tokenEntry = ({ jti }: TokenClaims) => `jti ${jti}`;
const sessionEntry = (sid: string) => `sid ${sid}`;

function listEntries(claims: TokenClaims): string[] {
  return claims.sid === undefined ? [tokenEntry(claims)] : [tokenEntry(claims), sessionEntry(claims.sid)];
}
