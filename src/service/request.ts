import type { IdentityKind } from '../core/identity.js';
import { type Channel, limitPeriodSeconds, staleSeconds } from '../core/policy.js';
import { faultOf } from '../core/refusal.js';
import { OtpError } from '../errors.js';
import type { DeliveryReceipt, DeliverySlot, Message, OpenResult, RecordKey } from '../ports.js';
import type { RateLimited, RequestOptions, RequestResult, Sent } from '../results.js';
import type { Service, ServiceOptions } from '../service.js';
import { type Common, describe, rateLimited, type Target, toRetrySeconds } from './common.js';

type Opened = Extract<OpenResult, { status: 'opened' }>;

/** What reaches an identity; the first that is served is the default. */
const channelsOf: Record<IdentityKind, readonly Channel[]> = {
  email: ['email'],
  phone: ['sms', 'whatsapp', 'voice'],
  opaque: ['custom'],
};
/** The request: open a record, derive its code, send it. */
export function createRequest(parts: ServiceOptions, common: Common): Service['request'] {
  const { policy, store, delivery, logger, random } = parts;
  const sends = { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds };

  async function openAndSend(
    slot: DeliverySlot,
    target: Target,
    recordKey: RecordKey,
    channel: Channel,
    options: RequestOptions,
  ): Promise<RequestResult> {
    const isBound =
      options.bind === true || recordKey.challenge !== undefined || policy.binding === 'challenge';
    const opened = await openRecord(target, recordKey, channel, isBound, options.ip);
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
      codeLength: opened.record.digits,
    };
    if (isBound) sent.challenge = opened.record.challenge;
    const testIdentity = common.findTestIdentity(target.identity);
    if (testIdentity) {
      logger.warn(describe(recordKey), 'a test identity was used: nothing is sent');
      return { ...sent, codeLength: testIdentity.code.length };
    }
    // Also for a mute record, so that the time taken does not tell it.
    const message = writeMessage(target, opened, sent, options);
    if (opened.record.mute) return sent;
    const openedKey = isBound ? { ...recordKey, challenge: opened.record.challenge } : recordKey;
    const sending = slot.send(message);
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
    { identity, purpose }: Target,
    recordKey: RecordKey,
    channel: Channel,
    bind: boolean,
    ip: string | null | undefined,
  ): Promise<OpenResult | RateLimited> {
    // Asked first and by itself: a refused address must spend nothing of the identity's.
    const hit = common.hitAddress('request_ip', ip);
    const refused = hit && (await hit);
    if (refused) return refused;
    return store.open({
      identityTag: recordKey.identityTag,
      recordTag: recordKey.recordTag,
      challenge: recordKey.challenge,
      bind,
      newChallenge: random.id(),
      keyIds: common.keyIds,
      channel,
      digits: policy.digits,
      windowSeconds: policy.windowSeconds,
      maxAttempts: policy.maxAttempts,
      resend: policy.resend,
      cooldownSeconds: policy.resendCooldownSeconds,
      staleSeconds: Math.min(staleSeconds, policy.windowSeconds / 3),
      sends,
      lengthening: common.lengthenFor(identity),
      mute: parts.shouldSend !== undefined && !(await parts.shouldSend(identity.value, purpose)),
    });
  }

  function writeMessage(
    target: Target,
    { record }: Opened,
    { channel, ttlSeconds }: Sent,
    { locale, link = false }: RequestOptions,
  ): Message {
    const code = common.recoverCode(record, target);
    const { identity, purpose } = target;
    const to = identity.value;
    const rendered = parts.render({
      channel,
      code,
      expiresInSeconds: ttlSeconds,
      locale: locale ?? undefined,
      link: link ? parts.createLink?.({ identity: to, purpose, record, ttlSeconds }) : undefined,
    });
    return { id: random.id(), channel, to, code, expiresInSeconds: ttlSeconds, ...rendered };
  }

  /** Gives a refused send back. Never rejects. */
  async function settle(recordKey: RecordKey, opened: Opened, receipt: DeliveryReceipt): Promise<void> {
    if (receipt.ok) return;
    const { category, detail } = receipt;
    logger.warn({ ...describe(recordKey), category, fault: faultOf(receipt), detail }, 'delivery refused');
    // The message may have arrived: giving the send back would let a slow provider be made to send for ever.
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
      logger.warn({ ...describe(recordKey), error: cause }, 'a refused send stays counted');
    }
  }

  return async (input, options = {}) => {
    const purpose = common.readPurpose(options.purpose);
    const identity = common.readIdentity(input);
    if ('status' in identity) return identity;
    const served = channelsOf[identity.kind].filter(delivery.serves);
    const channel = options.channel || served[0];
    if (channel === undefined || !served.includes(channel)) return { status: 'unsupported_channel' };
    const target = { identity, purpose };
    const recordKey = common.nameRecord(target, options.challenge);
    // Before anything is counted: a full queue must cost nobody a send.
    const slot = delivery.reserve();
    if (slot === null) throw new OtpError('overloaded', 'Too many messages are waiting to be sent');
    let result: RequestResult;
    try {
      result = await openAndSend(slot, target, recordKey, channel, options);
    } finally {
      slot.release();
    }
    common.logOutcome('request', recordKey, result);
    return result;
  };
}
