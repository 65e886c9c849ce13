import { parseCode } from '../core/code.js';
import type { Derivation } from '../core/derivation.js';
import { limitPeriodSeconds, type Policy } from '../core/policy.js';
import { equalTexts } from '../fast/equal-texts.js';
import type { IssueToken, Logger, MonotonicClock, ReadClaims, Store } from '../ports.js';
import type { VerifyOptions, VerifyResult } from '../results.js';
import type { CountAddress } from './address-limits.js';
import { identify, type LogOutcome } from './outcome-log.js';
import { recoverCode } from './recover-code.js';
import type { ResolveTarget, Target } from './target.js';
import { createUsedCodes } from './used-codes.js';
import { rateLimited, toRetrySeconds } from './waits.js';

export interface VerifyParts {
  policy: Policy;
  derivation: Derivation;
  store: Store;
  logger: Logger;
  monotonicClock: MonotonicClock;
  issueToken: IssueToken;
  readClaims?: ReadClaims | undefined;
  resolveTarget: ResolveTarget;
  countAddress: CountAddress;
  logOutcome: LogOutcome;
}

type Verify = (identity: unknown, code: unknown, options?: VerifyOptions) => Promise<VerifyResult>;

/** Takes about a megabyte. */
const maxUsedCodes = 10_000;

/** Counts the attempt, compares the code, consumes the record, issues the token. */
export function createVerify(parts: VerifyParts): Verify {
  const { policy, derivation, store, logger, issueToken, readClaims } = parts;
  const { resolveTarget, countAddress, logOutcome } = parts;
  const usedCodes = createUsedCodes({
    maxEntries: maxUsedCodes,
    memorySeconds: policy.windowSeconds,
    clock: parts.monotonicClock,
  });
  const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };

  async function attemptAndConsume(
    target: Target,
    code: string,
    { session = false }: VerifyOptions,
  ): Promise<VerifyResult> {
    const { identity, purpose, recordKey, testCode } = target;
    // Counted before it is compared: a crash in between costs an attempt and never grants one.
    const attempt = await store.attempt({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      keyIds: derivation.keyIds,
      verifies,
      lengthening: target.lengthening,
    });
    if (attempt.status === 'expired') return attempt;
    if (attempt.status === 'limited') return rateLimited('verify_identity', attempt.retryAfterMs);
    if (attempt.status === 'blocked') {
      return { status: 'blocked', retryAfterSeconds: toRetrySeconds(attempt.retryAfterMs) };
    }
    const { record } = attempt;
    const expected = testCode ? testCode.expect(record) : recoverCode(derivation, target, record);
    if (!equalTexts(expected, code) || record.mute)
      return { status: 'invalid', attemptsLeft: attempt.attemptsLeft };
    const extraClaims = (readClaims && (await readClaims(identity.value))) ?? {};
    const isFirst = await store.consume({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      recordChallenge: record.challenge,
    });
    usedCodes.add(recordKey);
    if (!isFirst) return { status: 'expired' };
    if (testCode) logger.warn(identify(recordKey), 'a test identity was verified');
    const token = await issueToken({
      identity: identity.value,
      purpose,
      channels: record.channels ?? [record.channel],
      isSession: session,
      extraClaims,
    });
    return { status: 'valid', identity: identity.value, purpose, tokenType: 'bearer', ...token };
  }

  return async (input, typed, options = {}) => {
    const target = resolveTarget(input, options);
    if ('status' in target) return target;
    const code = parseCode(typed);
    if (code === null) return { status: 'invalid', attemptsLeft: null };
    const refused = await countAddress('verify_ip', options.ip);
    const result = refused ?? (await attemptAndConsume(target, code, options));
    const usedSecondsAgo = result.status === 'expired' ? usedCodes.findAge(target.recordKey) : undefined;
    logOutcome('verify', target.recordKey, result, usedSecondsAgo === undefined ? {} : { usedSecondsAgo });
    return result;
  };
}
