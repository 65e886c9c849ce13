import { typedCodes } from '../core/code.js';
import type { Device } from '../core/device-token.js';
import { parseExpiredCause } from '../core/expired-cause.js';
import { type Channel, limitPeriodSeconds } from '../core/policy.js';
import type { LimitedHit } from '../count-verbs.js';
import { OtpError } from '../errors.js';
import { toFailure } from '../outcomes/failure.js';
import type { Valid, Verified, VerifyOptions, VerifyResult } from '../results.js';
import type { AttemptResult, PendingRecord } from '../store-verbs.js';
import { createTakeAttemptBack } from './lost-attempts.js';
import type { Parts } from './parts.js';
import type { Target } from './target.js';
import { createUsedCodes } from './used-codes.js';
import { toFailedVerify, toVerifyOutcome, type VerifyAnswer, type VerifyFacts } from './verify-outcome.js';
import { rateLimited, toRetrySeconds } from './waits.js';
import { createNoChallenges } from './windows.js';

/** What a correct code proves: the outcome of the record that it has consumed. */
interface Consumed {
  status: 'consumed';
  record: PendingRecord;
  extraClaims: Record<string, unknown>;
  /** By the clock of the store; undefined from one that does not say. */
  authTimeSeconds: number | undefined;
}

type CountedAttempt = Extract<AttemptResult, { status: 'counted' }>;

type Verify = (
  identity: unknown,
  code: unknown,
  options?: VerifyOptions,
) => Promise<VerifyResult<Verified | Valid>>;

/** Takes about a megabyte. */
const maxUsedCodes = 10_000;

/** Counts the attempt, compares the code, consumes the record, issues the token. */
export function createVerify(parts: Parts): Verify {
  const { policy, derivation, store, outcomes, random, issueToken, readClaims, monotonicClock } = parts;
  const { devices, shouldSend, resolveTarget, countAddress, toHit, dayBudgets } = parts;
  const { findCountry, shortCodes, newCodes } = parts;
  const { findTransport } = parts.sendNotes;
  const { parse: parseTyped, equal } = typedCodes[parts.codeAlphabet ?? 'digits'];
  const usedCodes = createUsedCodes({
    maxEntries: maxUsedCodes,
    memorySeconds: policy.windowSeconds,
    clock: parts.monotonicClock,
  });
  const hasNoRecords = store.isStateless === true || store.isWindowed === true;
  const takeAttemptBack = createTakeAttemptBack(parts);
  const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };

  async function attemptAndConsume(
    target: Target,
    code: string,
    attemptId: string,
    hit: LimitedHit | undefined,
    facts: VerifyFacts,
  ): Promise<Consumed | VerifyAnswer> {
    const { identity, recordKey } = target;
    // Counted before it is compared: a crash in between costs an attempt and never grants one.
    const attempt = await store.attempt({
      identityTag: recordKey.identityTag,
      budgetTag: recordKey.budgetTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      sealed: recordKey.sealed,
      side: recordKey.side,
      attemptId,
      maxAttempts: policy.maxAttempts,
      digits: policy.digits,
      keyIds: derivation.keyIds,
      verifies,
      lengthening: target.lengthening,
      hit,
    });
    if (attempt.status === 'expired') {
      facts.expiredCause = parseExpiredCause(attempt.cause);
      return { status: 'expired' };
    }
    if (attempt.status === 'limited') {
      return rateLimited(attempt.limit ?? 'verify_identity', attempt.retryAfterMs);
    }
    if (attempt.status === 'blocked') {
      return { status: 'blocked', retryAfterSeconds: toRetrySeconds(attempt.retryAfterMs) };
    }
    const { record } = attempt;
    facts.channel = record.channel;
    facts.sendNote = attempt.note;
    const isRight = matches(target, record, code);
    // Asked about everyone, before the code is compared: neither the answer nor its time may tell who is let in.
    const isMuted = hasNoRecords ? await isKeptOut(target) : record.mute;
    if (!isRight || isMuted) return { status: 'invalid', attemptsLeft: attempt.attemptsLeft };
    const extraClaims = (readClaims && (await readClaims(identity.value))) ?? {};
    return consume(target, attempt, attemptId, extraClaims);
  }

  /** Ends the record of a right guess: exactly one caller signs in by it. */
  async function consume(
    { identity, recordKey, testCode }: Target,
    { record, side, expiresAtMs }: CountedAttempt,
    attemptId: string,
    extraClaims: Consumed['extraClaims'],
  ): Promise<Consumed | VerifyAnswer> {
    const consumed = await store.consume({
      identityTag: recordKey.identityTag,
      budgetTag: recordKey.budgetTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      side: recordKey.side,
      recordChallenge: record.challenge,
      attemptId,
    });
    usedCodes.add(recordKey);
    if (consumed === false) return { status: 'expired' };
    if (side !== 'known' && expiresAtMs !== undefined && !testCode) {
      newCodes.noteUsed();
      if (record.digits === policy.digits) {
        shortCodes.giveBack(policy.maxAttempts, expiresAtMs - policy.windowSeconds * 1000);
      }
    }
    if (typeof consumed !== 'object') {
      const authTimeSeconds = consumed === true ? undefined : consumed;
      return { status: 'consumed', record, extraClaims, authTimeSeconds };
    }
    const { authTimeSeconds, sends } = consumed;
    dayBudgets.giveBackSignIn(identity, sends);
    return { status: 'consumed', record, extraClaims, authTimeSeconds };
  }

  /** Compares every alternative, so that the time it takes does not tell which one it was. */
  function matches({ identity, purpose, testCode }: Target, record: PendingRecord, code: string): boolean {
    if (testCode) return equal(testCode.expect(record), code);
    let isRight = false;
    for (const one of record.alternatives ?? [record]) {
      if (equal(derivation.recoverCode(identity.value, purpose, one), code)) isRight = true;
    }
    return isRight;
  }

  /** A record that nobody keeps cannot remember whether its code was sent. */
  async function isKeptOut({ identity, purpose }: Target): Promise<boolean> {
    return shouldSend !== undefined && !(await shouldSend(identity.value, purpose));
  }

  async function verify(
    target: Target,
    code: string,
    { session = false, remember }: VerifyOptions,
    device: Device | null,
    hit: LimitedHit | undefined,
    facts: VerifyFacts,
  ): Promise<VerifyAnswer> {
    const { identity, purpose, recordKey, testCode } = target;
    const attemptId = random.id();
    let result: Consumed | VerifyAnswer;
    try {
      result = await attemptAndConsume(target, code, attemptId, hit, facts);
    } catch (error) {
      // Wrong guesses do not throw, so this one was right or was never compared.
      takeAttemptBack({ ...recordKey, attemptId });
      throw error;
    }
    if (result.status !== 'consumed') return result;
    if (testCode) outcomes.report({ event: 'test_identity.used', action: 'verify', ...facts.call });
    const { record, extraClaims, authTimeSeconds } = result;
    const verified: Verified = { status: 'valid', identity: identity.value, purpose };
    const renewed = (device || remember) && devices?.issue(recordKey.identityTag, device, authTimeSeconds);
    if (renewed) verified.device = renewed;
    if (!issueToken) return verified;
    const token = await issueToken({
      identity: identity.value,
      purpose,
      channels: record.channels ?? [record.channel],
      isSession: session,
      authTimeSeconds,
      extraClaims,
      call: facts.call,
    });
    return { ...verified, tokenType: 'bearer', ...token };
  }

  async function answer(
    target: Target,
    typed: unknown,
    options: VerifyOptions,
    facts: VerifyFacts,
  ): Promise<VerifyAnswer> {
    if (store.isWindowed && options.challenge) throw createNoChallenges();
    if (options.remember && hasNoRecords) {
      throw new OtpError('invalid_request', 'remember: this service keeps nothing, so it knows no browsers');
    }
    const code = parseTyped(typed);
    if (code === null) return { status: 'invalid', attemptsLeft: null };
    const hit = store.countsTogether ? toHit('verify_ip', options.ip) : undefined;
    const counting = hit ? null : countAddress('verify_ip', options.ip);
    const [refused, device] = options.device
      ? await Promise.all([counting, devices?.find(options.device, target.recordKey) ?? null])
      : [counting && (await counting), null];
    if (device) {
      target.recordKey.side = 'known';
      facts.call.side = 'known';
    }
    const result = refused ?? (await verify(target, code, options, device, hit, facts));
    if (result.status === 'expired') facts.usedSecondsAgo = usedCodes.findAge(target.recordKey);
    return result;
  }

  return async (input, typed, options = {}) => {
    const startedAt = monotonicClock.now();
    const { requestId, caller, ip } = options;
    const target = resolveTarget(input, options);
    if ('status' in target) {
      const { status } = target;
      outcomes.report({ event: 'code.refused', action: 'verify', requestId, caller, ip, status });
      return target;
    }
    const { recordKey, purpose } = target;
    const { identityTag } = recordKey;
    const country = findCountry?.(target.identity);
    const facts: VerifyFacts = { call: { requestId, caller, ip, identityTag, purpose, country } };
    try {
      const result = await answer(target, typed, options, facts);
      if (outcomes.areWanted()) {
        const isSession = options.session === true;
        if (result.status === 'valid')
          facts.transport = findTransport(facts.sendNote, facts.channel as Channel);
        outcomes.report(toVerifyOutcome(facts, result, isSession, monotonicClock.now() - startedAt));
      }
      return result;
    } catch (error) {
      outcomes.report(toFailedVerify(facts, toFailure(error), monotonicClock.now() - startedAt));
      throw error;
    }
  };
}
