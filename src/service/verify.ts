import { parseCode } from '../core/code.js';
import type { Derivation } from '../core/derivation.js';
import { limitPeriodSeconds, type Policy } from '../core/policy.js';
import { equalTexts } from '../fast/equal-texts.js';
import type { IssueToken, Logger, MonotonicClock, Random, ReadClaims, Store } from '../ports.js';
import type { VerifyOptions, VerifyResult } from '../results.js';
import type { PendingRecord } from '../store-verbs.js';
import type { CountAddress } from './address-limits.js';
import { createTakeAttemptBack } from './lost-attempts.js';
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
  random: Random;
  monotonicClock: MonotonicClock;
  issueToken: IssueToken;
  readClaims?: ReadClaims | undefined;
  resolveTarget: ResolveTarget;
  countAddress: CountAddress;
  logOutcome: LogOutcome;
}

/** What a right code proves: the outcome of the record that it has consumed. */
interface Consumed {
  status: 'consumed';
  record: PendingRecord;
  extraClaims: Record<string, unknown>;
}

type Verify = (identity: unknown, code: unknown, options?: VerifyOptions) => Promise<VerifyResult>;

/** Takes about a megabyte. */
const maxUsedCodes = 10_000;

/** Counts the attempt, compares the code, consumes the record, issues the token. */
export function createVerify(parts: VerifyParts): Verify {
  const { policy, derivation, store, logger, random, issueToken, readClaims } = parts;
  const { resolveTarget, countAddress, logOutcome } = parts;
  const usedCodes = createUsedCodes({
    maxEntries: maxUsedCodes,
    memorySeconds: policy.windowSeconds,
    clock: parts.monotonicClock,
  });
  const takeAttemptBack = createTakeAttemptBack(parts);
  const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };

  async function attemptAndConsume(
    target: Target,
    code: string,
    attemptId: string,
  ): Promise<Consumed | VerifyResult> {
    const { identity, recordKey, testCode } = target;
    // Counted before it is compared: a crash in between costs an attempt and never grants one.
    const attempt = await store.attempt({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      attemptId,
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
      attemptId,
    });
    usedCodes.add(recordKey);
    return isFirst ? { status: 'consumed', record, extraClaims } : { status: 'expired' };
  }

  async function verify(target: Target, code: string, session: boolean): Promise<VerifyResult> {
    const { identity, purpose, recordKey, testCode } = target;
    const attemptId = random.id();
    let result: Consumed | VerifyResult;
    try {
      result = await attemptAndConsume(target, code, attemptId);
    } catch (error) {
      // A wrong guess returns. So this one was right, or was never compared.
      takeAttemptBack({ ...recordKey, attemptId });
      throw error;
    }
    if (result.status !== 'consumed') return result;
    if (testCode) logger.warn(identify(recordKey), 'a test identity was verified');
    const { record, extraClaims } = result;
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
    const result = refused ?? (await verify(target, code, options.session ?? false));
    const usedSecondsAgo = result.status === 'expired' ? usedCodes.findAge(target.recordKey) : undefined;
    logOutcome('verify', target.recordKey, result, usedSecondsAgo === undefined ? {} : { usedSecondsAgo });
    return result;
  };
}
