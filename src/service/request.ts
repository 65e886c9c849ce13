import type { Derivation } from '../core/derivation.js';
import type { IdentityKind } from '../core/identity.js';
import { type Channel, limitPeriodSeconds, type Policy, staleSeconds } from '../core/policy.js';
import { faultOf, type Refusal } from '../core/refusal.js';
import { OtpError } from '../errors.js';
import type { Delivery, DeliveryReceipt, DeliverySlot, Logger, Random, ShouldSend, Store } from '../ports.js';
import type { RateLimited, RequestOptions, RequestResult, Sent } from '../results.js';
import type { OpenResult, RecordKey } from '../store-verbs.js';
import type { CountAddress } from './address-limits.js';
import { identify, type LogOutcome } from './outcome-log.js';
import type { ResolveTarget, Target } from './target.js';
import { rateLimited, toRetrySeconds } from './waits.js';
import type { WriteMessage } from './write-message.js';

export interface RequestParts {
  policy: Policy;
  derivation: Derivation;
  store: Store;
  delivery: Delivery;
  logger: Logger;
  random: Random;
  shouldSend?: ShouldSend | undefined;
  resolveTarget: ResolveTarget;
  countAddress: CountAddress;
  writeMessage: WriteMessage;
  logOutcome: LogOutcome;
}

type Request = (identity: unknown, options?: RequestOptions) => Promise<RequestResult>;
type Opened = Extract<OpenResult, { status: 'opened' }>;

/** The channels that reach an identity; the first one with a transport is the default. */
const channelsOf: Record<IdentityKind, readonly Channel[]> = {
  email: ['email'],
  phone: ['sms', 'whatsapp', 'voice'],
  opaque: ['custom'],
};

/** Opens a record, derives its code, sends it. */
export function createRequest(parts: RequestParts): Request {
  const { policy, derivation, store, delivery, logger, random, shouldSend } = parts;
  const { resolveTarget, countAddress, writeMessage, logOutcome } = parts;
  const servedOf = {
    email: channelsOf.email.filter(delivery.serves),
    phone: channelsOf.phone.filter(delivery.serves),
    opaque: channelsOf.opaque.filter(delivery.serves),
  };
  const sends = { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds };

  async function openAndSend(
    slot: DeliverySlot,
    target: Target,
    channel: Channel,
    options: RequestOptions,
  ): Promise<RequestResult> {
    const { recordKey, testCode } = target;
    const isBound =
      options.bind === true || recordKey.challenge !== undefined || policy.binding === 'challenge';
    const opened = await openRecord(target, channel, isBound, options.ip);
    if (opened.status === 'expired' || opened.status === 'rate_limited') return opened;
    if (opened.status === 'limited') return rateLimited(opened.limit, opened.retryAfterMs);
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
    if (isBound) sent.challenge = opened.record.challenge;
    if (testCode) logger.warn(identify(recordKey), 'a test identity was used: nothing is sent');
    const message = writeMessage(target, opened.record, sent, options);
    const openedKey = isBound ? { ...recordKey, challenge: opened.record.challenge } : recordKey;
    const sending = slot.send(message, {
      // Written and queued all the same, so that neither timing nor a full queue reveals it.
      isMuted: opened.record.mute || testCode !== undefined,
      onRetry: (refusal) => logRefusal(recordKey, refusal, 'delivery refused, to be tried again'),
    });
    if (delivery.isBackground) {
      void sending.then((receipt) => settle(openedKey, opened, receipt));
      return sent;
    }
    const receipt = await sending;
    if (receipt.ok) return sent;
    await settle(openedKey, opened, receipt);
    return { status: 'delivery_failed', category: receipt.category };
  }

  async function openRecord(
    { identity, purpose, recordKey, lengthening }: Target,
    channel: Channel,
    bind: boolean,
    ip: string | null | undefined,
  ): Promise<OpenResult | RateLimited> {
    // Before the identity's limit, so that a blocked address cannot use that up.
    const refused = await countAddress('request_ip', ip);
    if (refused) return refused;
    return store.open({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      bind,
      newChallenge: random.id(),
      keyIds: derivation.keyIds,
      channel,
      digits: policy.digits,
      windowSeconds: policy.windowSeconds,
      maxAttempts: policy.maxAttempts,
      resend: policy.resend,
      cooldownSeconds: policy.resendCooldownSeconds,
      staleSeconds: Math.min(staleSeconds, policy.windowSeconds / 3),
      sends,
      lengthening,
      mute: shouldSend !== undefined && !(await shouldSend(identity.value, purpose)),
    });
  }

  function logRefusal(recordKey: RecordKey, refusal: Refusal, message: string): void {
    const { category, detail } = refusal;
    logger.warn({ ...identify(recordKey), category, fault: faultOf(refusal), detail }, message);
  }

  /** Releases a refused send. Never rejects. */
  async function settle(recordKey: RecordKey, opened: Opened, receipt: DeliveryReceipt): Promise<void> {
    if (receipt.ok) return;
    logRefusal(recordKey, receipt, 'delivery refused');
    if (!receipt.isSendGivenBack) return;
    try {
      await store.release({
        ...recordKey,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        resend: policy.resend,
        periodSeconds: limitPeriodSeconds,
      });
    } catch (error) {
      const cause = error instanceof OtpError ? error.code : 'internal';
      logger.warn({ ...identify(recordKey), error: cause }, 'a refused send stays counted');
    }
  }

  return async (input, options = {}) => {
    const target = resolveTarget(input, options);
    if ('status' in target) return target;
    const served = servedOf[target.identity.kind];
    const channel = options.channel || served[0];
    if (channel === undefined || !served.includes(channel)) return { status: 'unsupported_channel' };
    // Before anything is counted: a full queue must not cost a send.
    const slot = delivery.reserve(channel);
    if (slot === null) throw new OtpError('overloaded', 'Too many messages are waiting to be sent');
    let result: RequestResult;
    try {
      result = await openAndSend(slot, target, channel, options);
    } finally {
      slot.release();
    }
    logOutcome('request', target.recordKey, result);
    return result;
  };
}
