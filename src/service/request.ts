import type { Identity } from '../core/identity.js';
import { type Channel, channels, limitPeriodSeconds, refusedSends, staleSeconds } from '../core/policy.js';
import { OtpError } from '../errors.js';
import { toFailure } from '../outcomes/failure.js';
import type { DeliverySlot, RoutedReceipt } from '../ports.js';
import type { RateLimited, RequestOptions, RequestResult, Sent } from '../results.js';
import type { OpenResult, PendingRecord, Side } from '../store-verbs.js';
import { createChannelChooser } from './choose-channel.js';
import type { SpendRefusal } from './day-budgets.js';
import { createDeliveryFollower } from './follow-delivery.js';
import type { Parts } from './parts.js';
import {
  type RequestAnswer,
  type RequestFacts,
  toFailedRequest,
  toRequestOutcome,
} from './request-outcome.js';
import type { Sent as SentCode } from './send-notes.js';
import { withoutShortCodes } from './short-codes.js';
import type { Target } from './target.js';
import { rateLimited, toRetrySeconds } from './waits.js';
import { createNoChallenges } from './windows.js';

type Request = (identity: unknown, options?: RequestOptions) => Promise<RequestResult>;

/** Opens a record, derives its code, sends it. */
export function createRequest(parts: Parts): Request {
  const { policy, derivation, store, delivery, outcomes, random, shouldSend, monotonicClock, sendNotes } =
    parts;
  const { devices, resolveTarget, dayBudgets, writeMessage, findCountry, humanChecks, shortCodes, newCodes } =
    parts;
  const followDelivery = createDeliveryFollower(parts);
  const chooseChannel = createChannelChooser(parts);
  const firstTransportOf = Object.fromEntries(
    channels.map((channel) => [channel, delivery.firstTransport(channel)]),
  );
  const sends = { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds };

  async function openAndSend(
    slot: DeliverySlot,
    target: Target,
    channel: Channel,
    options: RequestOptions,
    facts: RequestFacts,
  ): Promise<RequestAnswer> {
    const { recordKey, testCode } = target;
    const { device } = options;
    // With an invalid device too, since the answer must not tell which ones are valid.
    if (store.isWindowed && (options.bind || recordKey.challenge !== undefined)) throw createNoChallenges();
    const isBound =
      options.bind === true ||
      recordKey.challenge !== undefined ||
      policy.binding === 'challenge' ||
      store.isStateless === true ||
      (!!device && !store.isWindowed);
    const isChecked = options.humanCheck && humanChecks ? await humanChecks.judge(target, options) : false;
    if (typeof isChecked !== 'boolean') return isChecked;
    const opened = await openRecord(target, channel, isBound, options, isChecked, facts);
    if (opened.status === 'expired' || opened.status === 'rate_limited') return opened;
    if (opened.status === 'limited') {
      facts.limit = opened.limit;
      return humanChecks?.refuse(target, options, opened) ?? rateLimited(opened.limit, opened.retryAfterMs);
    }
    if (opened.status !== 'opened') {
      return { status: opened.status, retryAfterSeconds: toRetrySeconds(opened.retryAfterMs) };
    }
    const sent: Sent = {
      status: 'sent',
      channel,
      ttlSeconds: Math.floor(opened.ttlMs / 1000),
      resendInSeconds: Math.ceil(opened.resendInMs / 1000),
      codeLength: testCode?.code.length ?? opened.record.digits,
    };
    if (opened.record.alphabet === 'base32' && !testCode) sent.codeAlphabet = 'base32';
    if (isBound) sent.challenge = toWireChallenge(target, opened.record);
    const isMuted = opened.record.mute || testCode !== undefined;
    if (testCode) outcomes.report({ event: 'test_identity.used', action: 'request', ...facts.call });
    if (isMuted) facts.withheld = testCode ? 'test_identity' : 'not_allowed';
    const message = writeMessage(target, opened.record, sent, options);
    const openedKey = isBound ? { ...recordKey, challenge: opened.record.challenge } : recordKey;
    const send = { key: openedKey, recordChallenge: opened.record.challenge, sendId: opened.sendId };
    const sending = slot.send(message, {
      // Still written and queued, so that neither timing nor a full queue reveals it.
      isMuted,
      onRetry: (refusal) => {
        followDelivery.noteRefusal(facts, channel, refusal);
        void sendNotes.noteRetry(send, refusal);
      },
    });
    if (delivery.isBackground) {
      const ending = sending.then((receipt) => {
        followDelivery.noteEnd(facts, channel, receipt);
        return settle(target.identity, send, receipt, facts);
      });
      parts.underWay.add(ending);
      return sent;
    }
    sendNotes.underWay.add(opened.sendId);
    const receipt = await sending;
    sendNotes.underWay.delete(opened.sendId);
    facts.receipt = receipt;
    if (receipt.ok) {
      // Without a note, operators are shown exactly this, so most sends need no further call of the store.
      const isExpected = isMuted || receipt.transport === firstTransportOf[channel];
      if (!isExpected) void sendNotes.noteEnd(send, receipt, facts);
      return sent;
    }
    await settle(target.identity, send, receipt, facts);
    return { status: 'delivery_failed', category: receipt.category };
  }

  async function openRecord(
    { identity, purpose, recordKey, lengthening, testCode }: Target,
    channel: Channel,
    bind: boolean,
    options: RequestOptions,
    isChecked: boolean,
    facts: RequestFacts,
  ): Promise<OpenResult | SpendRefusal | RateLimited> {
    const finding = options.device ? devices?.find(options.device, recordKey) : undefined;
    const spender = {
      identity,
      channel,
      side: 'unknown' as Side,
      finding,
      ip: options.ip,
      isUnguarded: options.unguarded === true,
      isTest: testCode !== undefined,
      isChecked,
      canBeAsked: humanChecks?.canBeAsked(options) === true,
    };
    // Before the identity's limits, so that a blocked address cannot use those up.
    const spending = dayBudgets.spend(spender);
    const [spent, device] = finding ? await Promise.all([spending, finding]) : [await spending, null];
    if (spent.status !== 'counted') return spent;
    if (device) {
      recordKey.side = 'known';
      facts.call.side = 'known';
    }
    // Taken for known browsers too: how often the store is asked may not tell whether a token is valid.
    const lease = testCode ? undefined : await shortCodes.take(policy.maxAttempts);
    const mayBeShort = lease || device || testCode;
    const newChallenge = random.id();
    const opened = await store.open({
      identityTag: recordKey.identityTag,
      budgetTag: recordKey.budgetTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      sealed: recordKey.sealed,
      side: recordKey.side,
      bind,
      newChallenge,
      keyIds: derivation.keyIds,
      channel,
      digits: policy.digits,
      windowSeconds: policy.windowSeconds,
      maxAttempts: policy.maxAttempts,
      resend: policy.resend,
      cooldownSeconds: policy.resendCooldownSeconds,
      staleSeconds: Math.min(staleSeconds, policy.windowSeconds / 3),
      sends,
      lengthening: mayBeShort ? lengthening : withoutShortCodes(lengthening),
      mute: shouldSend !== undefined && !(await shouldSend(identity.value, purpose)),
      day: spent.day,
      spending: spent.spending,
    });
    if (!testCode) newCodes.noteOpened(opened, newChallenge, lease, spender.side, facts);
    if (opened.status !== 'opened') {
      dayBudgets.undo(spender, spent);
      return opened;
    }
    facts.paid = spent.paid;
    const limit = spent.exceeded ?? opened.exceeded;
    if (limit) outcomes.report({ event: 'budget.exceeded', ...facts.call, limit, channel });
    return opened;
  }

  /** The challenge of a bound record on the wire: one that carries it, where no store keeps it. */
  function toWireChallenge({ identity, purpose }: Target, { challenge, sealed }: PendingRecord): string {
    return sealed ? derivation.sealChallenge(identity.value, purpose, sealed) : challenge;
  }

  /** Notes how a send ended, and releases a refused one. Never rejects. */
  async function settle(
    identity: Identity,
    send: SentCode,
    receipt: RoutedReceipt,
    facts: RequestFacts,
  ): Promise<void> {
    const noting = sendNotes.noteEnd(send, receipt, facts);
    if (!receipt.ok && delivery.givesBack(receipt)) await release(identity, send, facts);
    await noting;
  }

  async function release(identity: Identity, send: SentCode, facts: RequestFacts): Promise<void> {
    const { key, recordChallenge, sendId } = send;
    try {
      const returned = await store.release({ ...key, recordChallenge, sendId, limits: refusedSends });
      if (returned) dayBudgets.giveBack(identity, returned);
      facts.paid?.putBack();
    } catch (error) {
      outcomes.report({ event: 'release.failed', ...facts.call, cause: toFailure(error) });
    }
  }

  return async (input, options = {}) => {
    const startedAt = monotonicClock.now();
    const target = resolveTarget(input, options);
    const { requestId, caller, ip } = options;
    if ('status' in target) {
      const { status } = target;
      outcomes.report({ event: 'request.refused', action: 'request', requestId, caller, ip, status });
      return target;
    }
    const { identityTag } = target.recordKey;
    const { purpose } = target;
    const country = findCountry?.(target.identity);
    const call = { requestId, caller, ip, identityTag, purpose, country };
    const facts: RequestFacts = { call, startedAt };
    let slot: DeliverySlot | null = null;
    try {
      const channel = chooseChannel(target, options.channel);
      let result: RequestAnswer;
      if (typeof channel === 'object') {
        result = channel;
      } else {
        facts.channel = channel;
        // Before anything is counted: a full queue must not cost a send.
        slot = delivery.reserve(channel);
        if (slot === null) throw new OtpError('overloaded');
        result = await openAndSend(slot, target, channel, options, facts);
      }
      if (result.status === 'delivery_failed' || outcomes.areWanted()) {
        outcomes.report(toRequestOutcome(facts, result, monotonicClock.now() - startedAt));
      }
      return result;
    } catch (error) {
      outcomes.report(toFailedRequest(facts, toFailure(error), monotonicClock.now() - startedAt));
      throw error;
    } finally {
      slot?.release?.();
    }
  };
}
