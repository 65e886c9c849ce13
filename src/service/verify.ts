import { equalCodes, parseCode } from '../core/code.js';
import { limitPeriodSeconds } from '../core/policy.js';
import type { PendingRecord, RecordKey } from '../ports.js';
import type { VerifyOptions, VerifyResult } from '../results.js';
import type { Service, ServiceOptions } from '../service.js';
import {
  type Common,
  describe,
  rateLimited,
  switchedOffDigits,
  type Target,
  toRetrySeconds,
} from './common.js';
import { createUsedCodes } from './used-codes.js';

/** About a megabyte. */
const maxUsedCodes = 10_000;

/** The verify: pay, compare, use up, issue. */
export function createVerify(parts: ServiceOptions, common: Common): Service['verify'] {
  const { policy, store, logger } = parts;
  const { keyIds, findTestIdentity, lengthenFor } = common;
  const usedCodes = createUsedCodes({
    maxEntries: maxUsedCodes,
    memorySeconds: policy.windowSeconds,
    clock: parts.clock,
  });
  const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };

  async function attemptAndConsume(
    target: Target,
    recordKey: RecordKey,
    code: string,
    { session = false }: VerifyOptions,
  ): Promise<VerifyResult> {
    const { identity, purpose } = target;
    // Pay first, then look: a crash between the two costs an attempt and never gives one.
    const attempt = await store.attempt({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      keyIds,
      verifies,
      lengthening: lengthenFor(identity),
    });
    if (attempt.status === 'expired') return attempt;
    if (attempt.status === 'limited') return rateLimited('verify_identity', attempt.retryAfterMs);
    if (attempt.status === 'blocked') {
      return { status: 'blocked', retryAfterSeconds: toRetrySeconds(attempt.retryAfterMs) };
    }
    const { record } = attempt;
    const isRight = equalCodes(expectCode(record, target), code);
    if (!isRight || record.mute) return { status: 'invalid', attemptsLeft: attempt.attemptsLeft };
    const extraClaims = (parts.readClaims && (await parts.readClaims(identity.value))) ?? {};
    const isFirst = await store.consume({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      recordChallenge: record.challenge,
    });
    usedCodes.add(recordKey);
    if (!isFirst) return { status: 'expired' };
    if (findTestIdentity(identity)) logger.warn(describe(recordKey), 'a test identity was verified');
    const token = await parts.issueToken({
      identity: identity.value,
      purpose,
      channels: record.channels ?? [record.channel],
      isSession: session,
      extraClaims,
    });
    return { status: 'valid', identity: identity.value, purpose, tokenType: 'bearer', ...token };
  }

  function expectCode(record: PendingRecord, target: Target): string {
    const test = findTestIdentity(target.identity);
    if (!test) return common.recoverCode(record, target);
    return record.digits === switchedOffDigits ? '' : test.code;
  }

  return async (input, typed, options = {}) => {
    const purpose = common.readPurpose(options.purpose);
    const identity = common.readIdentity(input);
    if ('status' in identity) return identity;
    const code = parseCode(typed);
    if (code === null) return { status: 'invalid', attemptsLeft: null };
    const target = { identity, purpose };
    const recordKey = common.nameRecord(target, options.challenge);
    const hit = common.hitAddress('verify_ip', options.ip);
    const refused = hit && (await hit);
    const result = refused ?? (await attemptAndConsume(target, recordKey, code, options));
    const usedSecondsAgo = result.status === 'expired' ? usedCodes.readAge(recordKey) : undefined;
    common.logOutcome('verify', recordKey, result, usedSecondsAgo === undefined ? {} : { usedSecondsAgo });
    return result;
  };
}
