import { maxDigits } from '../core/code.js';
import { createDerivation } from '../core/derivation.js';
import { type Identity, readIdentity } from '../core/identity.js';
import { guessMemorySeconds, type LimitName, limitPeriodSeconds, longAttempts } from '../core/policy.js';
import { testIdentityGuesses } from '../core/test-identities.js';
import { OtpError } from '../errors.js';
import type { KeyIds, Lengthening, PendingRecord, RecordKey } from '../ports.js';
import type { InvalidIdentity, RateLimited, RequestResult, VerifyResult } from '../results.js';
import type { ServiceOptions } from '../service.js';

/** Whom a call is about, and what for. */
export interface Target {
  identity: Identity;
  purpose: string;
}

/** What a request and a verify both need. */
export interface Common {
  keyIds: KeyIds;
  readIdentity(input: unknown): Identity | InvalidIdentity;
  /** @throws RangeError for a purpose that is not configured */
  readPurpose(purpose: string | null | undefined): string;
  nameRecord(target: Target, challenge: string | null | undefined): RecordKey;
  /**
   * Counts against the limit of an address. Null when it lets the call through, and at once when there is nothing to count:
   * without an address, or without a limit.
   */
  hitAddress(
    limit: 'request_ip' | 'verify_ip',
    ip: string | null | undefined,
  ): Promise<RateLimited | null> | null;
  findTestIdentity(identity: Identity): { code: string } | undefined;
  lengthenFor(identity: Identity): Lengthening;
  /** The code of a record again. */
  recoverCode(record: PendingRecord, target: Target): string;
  /** @param more what the caller is not told */
  logOutcome(
    event: 'request' | 'verify',
    recordKey: RecordKey,
    result: RequestResult | VerifyResult,
    more?: { usedSecondsAgo?: number | undefined },
  ): void;
}

/** How many times the limit of one IPv6 /64 a /48 has, which holds 65 536 of them and is often free to get. */
const networksPerSite = 16;

/** More than any code has. */
export const switchedOffDigits = maxDigits + 1;

export function createCommon(parts: ServiceOptions): Common {
  const { policy, keys, store, logger, defaultCountry, testIdentities } = parts;
  const derivation = createDerivation(keys, policy.namespace);
  const lengthening: Lengthening = {
    after: policy.lengthenAfter,
    digits: policy.longDigits,
    maxAttempts: longAttempts,
    memorySeconds: guessMemorySeconds,
  };
  /**
   * The code of a test identity does not change, so it cannot get longer: after enough wrong guesses its records are
   * made with a length that no code has, and nothing is right any more.
   */
  const switchingOff = { ...lengthening, after: testIdentityGuesses, digits: switchedOffDigits };
  const addressLimits = {
    request_ip: { max: policy.requestIpMax, periodSeconds: limitPeriodSeconds },
    verify_ip: { max: policy.verifyIpMax, periodSeconds: limitPeriodSeconds },
  };

  function findTestIdentity({ value }: Identity) {
    if (testIdentities.size === 0) return undefined;
    const test = testIdentities.get(value);
    return test && parts.clock() < test.endsAt ? test : undefined;
  }

  return {
    keyIds: keys.previous ? [keys.current.id, keys.previous.id] : [keys.current.id],
    readIdentity(input) {
      const identity = readIdentity(input, { defaultCountry });
      if (identity === 'ambiguous') return { status: 'invalid_identity', isAmbiguous: true };
      return identity ?? { status: 'invalid_identity' };
    },
    readPurpose(given) {
      const purpose = given || policy.purposes[0];
      if (purpose !== undefined && policy.purposes.includes(purpose)) return purpose;
      throw new RangeError(`purpose must be one of ${policy.purposes.join(', ')}`);
    },
    nameRecord({ identity, purpose }, challenge) {
      const { identityTag, recordTag } = derivation.nameIdentity(identity.value, purpose);
      return { identityTag, recordTag, challenge: challenge || undefined };
    },
    hitAddress(limit, ip) {
      const allowed = addressLimits[limit];
      if (ip == null || allowed.max === 0) return null;
      const network = derivation.nameAddress(limit, ip);
      const site = derivation.nameSite(limit, ip);
      const hit =
        site === undefined
          ? store.hit(network, allowed)
          : store.hit(network, allowed, { key: site, max: allowed.max * networksPerSite });
      return hit.then((result) => (result.allowed ? null : rateLimited(limit, result.retryAfterMs)));
    },
    findTestIdentity,
    lengthenFor: (identity) => (findTestIdentity(identity) ? switchingOff : lengthening),
    recoverCode(record, { identity, purpose }) {
      const code = derivation.recoverCode(identity.value, purpose, record);
      if (code !== null) return code;
      throw new OtpError('internal', 'The store returned a record of a key that was not asked for');
    },
    logOutcome(event, recordKey, result, more) {
      if (logger.isLevelEnabled?.('info') === false) return;
      const limit = result.status === 'rate_limited' ? { limit: result.limit } : {};
      logger.info({ ...describe(recordKey), status: result.status, ...limit, ...more }, event);
    },
  };
}

/** Enough of the keyed tag to follow one identity through a log, and nothing to recover it from. */
export function describe({ identityTag }: RecordKey): { identity: string } {
  return { identity: identityTag.slice(0, 10) };
}

export function rateLimited(limit: LimitName, retryAfterMs: number): RateLimited {
  return { status: 'rate_limited', limit, retryAfterSeconds: toRetrySeconds(retryAfterMs) };
}

export function toRetrySeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
