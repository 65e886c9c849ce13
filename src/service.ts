import { equalCodes, maxDigits, parseCode } from './core/code.js';
import { createDerivation } from './core/derivation.js';
import { canonicalise, type Identity, type IdentityKind } from './core/identity.js';
import type { Keys } from './core/keys.js';
import {
  type Channel,
  guessMemorySeconds,
  type LimitName,
  limitPeriodSeconds,
  longAttempts,
  type Policy,
  type RefusalCategory,
  staleSeconds,
} from './core/policy.js';
import { type TestIdentities, testIdentityGuesses } from './core/test-identities.js';
import { OtpError } from './errors.js';
import type {
  Clock,
  Delivery,
  Grant,
  IssuedToken,
  KeyIds,
  Lengthening,
  LinkTarget,
  Logger,
  Message,
  OpenRequest,
  OpenResult,
  PendingRecord,
  ReadClaims,
  Receipt,
  RecordKey,
  Render,
  Store,
} from './ports.js';
import type { RateLimited, RequestOptions, RequestResult, VerifyOptions, VerifyResult } from './results.js';

export interface ServiceOptions {
  policy: Policy;
  keys: Keys;
  store: Store;
  delivery: Delivery;
  logger: Logger;
  issueToken(grant: Grant): Promise<IssuedToken>;
  /** Asked before a code is used up, so that a failure here costs an attempt only. Default: no further claims. */
  readClaims?: ReadClaims | undefined;
  render: Render;
  /** Makes the links that stand beside codes; without it there are none. */
  createLink?: ((target: LinkTarget) => string) | undefined;
  randomBytes(size: number): Uint8Array;
  /** Under which national phone numbers are read. */
  defaultCountry?: string | undefined;
  testIdentities: TestIdentities;
  /** Whether a code may be sent; others get the same answers and no code. Default: to everybody. */
  shouldSend?: ShouldSend | undefined;
  /** The time of this machine; decides only when a test identity ends. */
  clock: Clock;
}

/** Whether this canonical identity may be sent a code for this purpose. */
export type ShouldSend = (identity: string, purpose: string) => boolean | Promise<boolean>;

/**
 * Identities and codes are checked here, so they may be anything; what people can cause comes back as a value.
 * Both reject with RangeError for a purpose that is not configured, and with the OtpError `store_unavailable`
 * when the store cannot answer: nothing was decided then.
 */
export interface Service {
  request(identity: unknown, options?: RequestOptions): Promise<RequestResult>;
  verify(identity: unknown, code: unknown, options?: VerifyOptions): Promise<VerifyResult>;
}

const channelsOf: Record<IdentityKind, readonly [Channel, ...Channel[]]> = {
  email: ['email'],
  phone: ['sms', 'whatsapp', 'voice'],
  opaque: ['custom'],
};
const idBytes = 16;
const switchedOffDigits = maxDigits + 1;

/** Runs the protocol. Nothing else decides when a request or a verify succeeds. */
export function createService(parts: ServiceOptions): Service {
  const { policy, keys, store, delivery, logger, defaultCountry } = parts;
  const derivation = createDerivation(keys, policy.namespace);
  const keyIds: KeyIds = keys.previous ? [keys.current.id, keys.previous.id] : [keys.current.id];
  const lengthening: Lengthening = {
    after: policy.lengthenAfter,
    digits: policy.longDigits,
    maxAttempts: longAttempts,
    memorySeconds: guessMemorySeconds,
  };

  async function request(input: unknown, options: RequestOptions = {}): Promise<RequestResult> {
    const purpose = readPurpose(options.purpose);
    const identity = canonicalise(input, { defaultCountry });
    if (!identity) return { status: 'invalid_identity' };
    const channel = options.channel ?? channelsOf[identity.kind][0];
    if (!channelsOf[identity.kind].includes(channel) || !delivery.serves(channel)) {
      return { status: 'unsupported_channel' };
    }
    const recordKey = createRecordKey(identity, purpose, options.challenge);
    const result = await openAndSend({ identity, purpose }, recordKey, channel, options);
    logOutcome('request', recordKey, result);
    return result;
  }

  async function openAndSend(
    { identity, purpose }: Target,
    recordKey: RecordKey,
    channel: Channel,
    { bind = false, locale, ip, link = false }: RequestOptions,
  ): Promise<RequestResult> {
    const isBound = bind || recordKey.challenge !== undefined || policy.binding === 'challenge';
    const opened = await openWithPlace({ identity, purpose }, recordKey, ip, {
      channel,
      bind: isBound,
      lengthening: lengthenFor(identity),
    });
    if (opened.status === 'expired' || opened.status === 'rate_limited') return opened;
    if (opened.status === 'limited') return rateLimited(opened.limit, opened.retryAfterMs);
    if (opened.status !== 'opened') {
      return { status: opened.status, retryAfterSeconds: toRetrySeconds(opened.retryAfterMs) };
    }
    const ttlSeconds = Math.floor(opened.ttlMs / 1000);
    const testIdentity = findTestIdentity(identity);
    if (testIdentity) {
      delivery.cancel();
      logger.warn(describe(recordKey), 'a test identity was used: nothing is sent');
    } else {
      const code = recoverCode(opened.record, identity, purpose);
      const content = { channel, code, expiresInSeconds: ttlSeconds };
      // Also for a mute record, so that the time taken does not tell it.
      const message = {
        id: createId(),
        to: identity.value,
        ...content,
        ...parts.render({
          ...content,
          locale,
          link: link
            ? parts.createLink?.({ identity: identity.value, purpose, record: opened.record, ttlSeconds })
            : undefined,
        }),
      };
      if (opened.record.mute) delivery.cancel();
      const refusal = opened.record.mute ? null : await deliver(recordKey, opened, message, isBound);
      if (refusal) return { status: 'delivery_failed', category: refusal };
    }
    return {
      status: 'sent',
      channel,
      ttlSeconds,
      resendInSeconds: Math.ceil(opened.resendInMs / 1000),
      codeLength: testIdentity ? testIdentity.code.length : opened.record.digits,
      ...(isBound ? { challenge: opened.record.challenge } : {}),
    };
  }

  /** Opens the record, with a place for its message: taken before anything is counted, kept only for what is opened. */
  async function openWithPlace(
    { identity, purpose }: Target,
    recordKey: RecordKey,
    ip: string | undefined,
    wanted: Pick<OpenRequest, 'channel' | 'bind' | 'lengthening'>,
  ): Promise<OpenResult | RateLimited> {
    if (!delivery.reserve()) throw new OtpError('overloaded', 'Too many messages are waiting to be sent');
    let opened: OpenResult | undefined;
    try {
      // Asked first and by itself: a refused address must spend nothing of the identity's.
      const refused = await hitAddress('request_ip', ip);
      if (refused) return refused;
      opened = await store.open({
        ...recordKey,
        ...wanted,
        mute: !((await parts.shouldSend?.(identity.value, purpose)) ?? true),
        newChallenge: createId(),
        keyIds,
        digits: policy.digits,
        windowSeconds: policy.windowSeconds,
        maxAttempts: policy.maxAttempts,
        resend: policy.resend,
        cooldownSeconds: policy.resendCooldownSeconds,
        staleSeconds: Math.min(staleSeconds, policy.windowSeconds / 3),
        sends: { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds },
      });
      return opened;
    } finally {
      if (opened?.status !== 'opened') delivery.cancel();
    }
  }

  /** Returns why the message was refused, if that is known by the time of the answer. */
  async function deliver(
    recordKey: RecordKey,
    opened: Opened,
    message: Message,
    isBound: boolean,
  ): Promise<RefusalCategory | null> {
    const openedKey = isBound ? { ...recordKey, challenge: opened.record.challenge } : recordKey;
    const settled = delivery.send(message).then((receipt) => settle(openedKey, opened, receipt));
    return delivery.isBackground ? null : settled;
  }

  /** Gives a refused send back. Returns why it was refused, if it was; never rejects. */
  async function settle(
    recordKey: RecordKey,
    opened: Opened,
    receipt: Receipt,
  ): Promise<RefusalCategory | null> {
    if (receipt.ok) return null;
    const { category, detail } = receipt;
    logger.warn({ ...describe(recordKey), category, detail }, 'delivery refused');
    // The message may have arrived: giving the send back would let a slow provider be made to send for ever.
    if (category === 'timeout' || category === 'unknown') return category;
    try {
      await store.release({
        ...recordKey,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        resend: policy.resend,
        periodSeconds: limitPeriodSeconds,
      });
    } catch (error) {
      logger.warn({ ...describe(recordKey), error: describeError(error) }, 'a refused send stays counted');
    }
    return category;
  }

  async function verify(input: unknown, typed: unknown, options: VerifyOptions = {}): Promise<VerifyResult> {
    const purpose = readPurpose(options.purpose);
    const identity = canonicalise(input, { defaultCountry });
    if (!identity) return { status: 'invalid_identity' };
    const code = parseCode(typed);
    if (code === null) return { status: 'invalid', attemptsLeft: null };
    const recordKey = createRecordKey(identity, purpose, options.challenge);
    const refused = await hitAddress('verify_ip', options.ip);
    const result = refused ?? (await attemptAndConsume({ identity, purpose }, recordKey, code, options));
    logOutcome('verify', recordKey, result);
    return result;
  }

  async function attemptAndConsume(
    { identity, purpose }: Target,
    recordKey: RecordKey,
    code: string,
    { session = false }: VerifyOptions,
  ): Promise<VerifyResult> {
    // Pay first, then look: a crash between the two costs an attempt and never gives one.
    const attempt = await store.attempt({
      ...recordKey,
      keyIds,
      verifies: { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds },
      lengthening: lengthenFor(identity),
    });
    if (attempt.status === 'expired') return attempt;
    if (attempt.status === 'limited') return rateLimited('verify_identity', attempt.retryAfterMs);
    if (attempt.status === 'blocked') {
      return { status: 'blocked', retryAfterSeconds: toRetrySeconds(attempt.retryAfterMs) };
    }
    const isRight = equalCodes(expectCode(attempt.record, identity, purpose), code);
    if (!isRight || attempt.record.mute) {
      return { status: 'invalid', attemptsLeft: attempt.attemptsLeft };
    }
    const extraClaims = (await parts.readClaims?.(identity.value)) ?? {};
    const isFirst = await store.consume({ ...recordKey, recordChallenge: attempt.record.challenge });
    if (!isFirst) return { status: 'expired' };
    if (findTestIdentity(identity)) logger.warn(describe(recordKey), 'a test identity was verified');
    const token = await parts.issueToken({
      identity: identity.value,
      purpose,
      channel: attempt.record.channel,
      isSession: session,
      extraClaims,
    });
    return { status: 'valid', identity: identity.value, purpose, tokenType: 'bearer', ...token };
  }

  /** Random, of challenges and messages. */
  function createId(): string {
    return Buffer.from(parts.randomBytes(idBytes)).toString('base64url');
  }

  function readPurpose(purpose = policy.purposes[0]): string {
    if (purpose !== undefined && policy.purposes.includes(purpose)) return purpose;
    throw new RangeError(`purpose must be one of ${policy.purposes.join(', ')}`);
  }

  function createRecordKey({ value }: Identity, purpose: string, challenge: string | undefined): RecordKey {
    return { ...derivation.nameIdentity(value, purpose), challenge };
  }

  async function hitAddress(
    limit: 'request_ip' | 'verify_ip',
    ip: string | undefined,
  ): Promise<RateLimited | null> {
    const max = limit === 'request_ip' ? policy.requestIpMax : policy.verifyIpMax;
    if (ip === undefined || max === 0) return null;
    const result = await store.hit(derivation.nameAddress(limit, ip), {
      max,
      periodSeconds: limitPeriodSeconds,
    });
    return result.allowed ? null : rateLimited(limit, result.retryAfterMs);
  }

  function findTestIdentity(identity: Identity) {
    const test = parts.testIdentities.get(identity.value);
    return test && parts.clock() < test.endsAt ? test : undefined;
  }

  /**
   * The code of a test identity does not change, so it cannot get longer: after enough wrong guesses its records are
   * made with a length that no code has, and nothing is right any more.
   */
  function lengthenFor(identity: Identity): Lengthening {
    if (!findTestIdentity(identity)) return lengthening;
    return { ...lengthening, after: testIdentityGuesses, digits: switchedOffDigits };
  }

  function expectCode(record: PendingRecord, identity: Identity, purpose: string): string {
    const test = findTestIdentity(identity);
    if (!test) return recoverCode(record, identity, purpose);
    return record.digits === switchedOffDigits ? '' : test.code;
  }

  function recoverCode(record: PendingRecord, identity: Identity, purpose: string): string {
    const code = derivation.recoverCode(identity.value, purpose, record);
    if (code === null)
      throw new OtpError('internal', 'The store returned a record of a key that was not asked for');
    return code;
  }

  function logOutcome(
    event: 'request' | 'verify',
    recordKey: RecordKey,
    result: RequestResult | VerifyResult,
  ): void {
    const { status } = result;
    const limit = status === 'rate_limited' ? { limit: result.limit } : {};
    logger.info({ ...describe(recordKey), status, ...limit }, event);
  }

  return { request, verify };
}

type Opened = Extract<OpenResult, { status: 'opened' }>;

interface Target {
  identity: Identity;
  purpose: string;
}

/** Enough of the keyed tag to follow one identity through a log, and nothing to recover it from. */
function describe({ identityTag }: RecordKey): { identity: string } {
  return { identity: identityTag.slice(0, 10) };
}

function describeError(error: unknown): string {
  return error instanceof OtpError ? error.code : 'internal';
}

function rateLimited(limit: LimitName, retryAfterMs: number): RateLimited {
  return { status: 'rate_limited', limit, retryAfterSeconds: toRetrySeconds(retryAfterMs) };
}

function toRetrySeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
