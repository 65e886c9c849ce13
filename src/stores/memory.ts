import { assertWholeNumber } from '../core/policy.js';
import { OtpError } from '../errors.js';
import type {
  AttemptRequest,
  AttemptResult,
  Clock,
  ConsumeRequest,
  ExchangeRequest,
  ExchangeResult,
  HitResult,
  OpenRequest,
  OpenResult,
  PendingRecord,
  RecordKey,
  ReleaseRequest,
  RollingLimit,
  Store,
} from '../ports.js';
import { createExpiringTable, entriesRange } from './expiring-table.js';
import { createGuessCounts } from './guess-counts.js';
import { createTokenFamilies } from './token-families.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that setting the system's time does not move. */
  clock?: Clock;
  /**
   * The most entries of each kind (pending records, identities, guess counts, addresses, claims, token families) held at once,
   * 1 to 10 000 000. Default 500 000.
   */
  maxEntries?: number;
}

interface StoredRecord extends PendingRecord {
  attemptsLeft: number;
  /** Sends that were not given back. */
  sends: number;
  expiresAt: number;
}

/** What counts against one identity, oldest first. */
interface IdentityLimits {
  sends: { at: number; id: string }[];
  /** Tries that a provider refused. */
  refusals: { at: number }[];
  verifies: { at: number }[];
  expiresAt: number;
}

/** Tries that a provider refused are capped at this many times the send limit. */
const refusalFactor = 2;

/**
 * The store for one process: nothing is shared, and everything is lost with the process. It is bounded: full
 * of live entries, it refuses with `store_unavailable` and never forgets one; with no room for another guess
 * count it treats the count as reached, so codes are long.
 *
 * @throws RangeError when `maxEntries` is out of its range
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const { clock = readSteadyClock, maxEntries = entriesRange.default } = options;
  assertWholeNumber('maxEntries', maxEntries, entriesRange);
  const records = createExpiringTable<StoredRecord>(maxEntries);
  const identities = createExpiringTable<IdentityLimits>(maxEntries);
  const addresses = createExpiringTable<{ hits: { at: number }[]; expiresAt: number }>(maxEntries);
  const guesses = createGuessCounts(maxEntries);
  const claims = createExpiringTable<{ expiresAt: number }>(maxEntries);
  const families = createTokenFamilies(maxEntries);
  let lastSendId = 0;

  function open(request: OpenRequest): OpenResult {
    const now = clock();
    const { identityTag, lengthening, resend } = request;
    const isNew = request.bind && request.challenge === undefined;
    const live = isNew ? undefined : records.get(nameRecord(request), now);
    if (request.challenge !== undefined && !live) return { status: 'expired' };
    if (live && live.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: live.expiresAt - now };

    const long = guesses.haveReached(identityTag, lengthening, now);
    const digits = long ? Math.max(request.digits, lengthening.digits) : request.digits;
    // A code that can no longer be verified must not stand in the way of one that can.
    const usable = live && live.digits >= digits && request.keyIds.includes(live.keyId) ? live : undefined;
    if (resend === 'refuse' && usable && usable.sends > 0) {
      return { status: 'pending', retryAfterMs: usable.expiresAt - now };
    }
    const known = identities.get(identityTag, now);
    const limits = known ?? { sends: [], refusals: [], verifies: [], expiresAt: 0 };
    const refusal = refuseSend(limits, request, now);
    if (refusal) return refusal;

    const isStale = usable && usable.expiresAt - now < request.staleSeconds * 1000;
    let record = usable && resend !== 'rotate' && !isStale ? usable : undefined;
    if (!record) {
      if (!known && !identities.set(identityTag, limits, now)) throw createFullError();
      const maxAttempts = long ? Math.min(request.maxAttempts, lengthening.maxAttempts) : request.maxAttempts;
      record = createRecord(request, digits, Math.min(maxAttempts, live?.attemptsLeft ?? maxAttempts), now);
      if (live) records.delete(nameRecord(request));
      const isBound = request.bind || request.challenge !== undefined;
      const name = nameRecord({ ...request, challenge: isBound ? record.challenge : undefined });
      if (!records.set(name, record, now)) throw createFullError();
    }
    const sendId = String(++lastSendId);
    limits.sends.push({ at: now, id: sendId });
    limits.expiresAt = Math.max(limits.expiresAt, record.expiresAt, now + request.sends.periodSeconds * 1000);
    record.sends += 1;
    record.channel = request.channel;
    record.mute = request.mute;
    const ttlMs = record.expiresAt - now;
    const resendInMs = Math.max(
      ...Object.values(readWaits(limits, request, now)),
      resend === 'refuse' ? ttlMs : 0,
    );
    return { status: 'opened', record: pick(record), sendId, ttlMs, resendInMs };
  }

  function attempt(request: AttemptRequest): AttemptResult {
    const now = clock();
    const { identityTag, lengthening, verifies } = request;
    const record = records.get(nameRecord(request), now);
    if (!record || !request.keyIds.includes(record.keyId)) return { status: 'expired' };
    if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
    if (record.digits < lengthening.digits && guesses.haveReached(identityTag, lengthening, now)) {
      return { status: 'expired' };
    }
    const limits = identities.get(identityTag, now);
    if (!limits) return { status: 'expired' };
    if (request.challenge === undefined) {
      const retryAfterMs = findRetryAfterMs(limits.verifies, verifies, now);
      if (retryAfterMs > 0) return { status: 'limited', retryAfterMs };
      limits.verifies.push({ at: now });
      limits.expiresAt = Math.max(limits.expiresAt, now + verifies.periodSeconds * 1000);
    }
    guesses.count(identityTag, lengthening, now);
    record.attemptsLeft -= 1;
    return { status: 'counted', record: pick(record), attemptsLeft: record.attemptsLeft };
  }

  function consume(request: ConsumeRequest): boolean {
    const now = clock();
    guesses.takeBack(request.identityTag, now);
    if (records.get(nameRecord(request), now)?.challenge !== request.recordChallenge) return false;
    records.delete(nameRecord(request));
    const limits = identities.get(request.identityTag, now);
    if (limits) limits.verifies = [];
    return true;
  }

  function release(request: ReleaseRequest): void {
    const now = clock();
    const limits = identities.get(request.identityTag, now);
    const index = limits?.sends.findIndex((send) => send.id === request.sendId) ?? -1;
    if (!limits || index < 0) return;
    limits.sends.splice(index, 1);
    limits.refusals.push({ at: now });
    limits.expiresAt = Math.max(limits.expiresAt, now + request.periodSeconds * 1000);
    const record = records.get(nameRecord(request), now);
    if (record?.challenge !== request.recordChallenge) return;
    record.sends -= 1;
    if (request.resend === 'refuse' && record.sends === 0) records.delete(nameRecord(request));
  }

  function hit(key: string, limit: RollingLimit): HitResult {
    const now = clock();
    let entry = addresses.get(key, now);
    if (!entry) {
      entry = { hits: [], expiresAt: 0 };
      if (!addresses.set(key, entry, now)) throw createFullError();
    }
    const retryAfterMs = findRetryAfterMs(entry.hits, limit, now);
    if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
    entry.hits.push({ at: now });
    entry.expiresAt = now + limit.periodSeconds * 1000;
    return { allowed: true };
  }

  function claim(key: string, ttlSeconds: number): boolean {
    const now = clock();
    if (claims.get(key, now)) return false;
    if (!claims.set(key, { expiresAt: now + ttlSeconds * 1000 }, now)) throw createFullError();
    return true;
  }

  function exchange(request: ExchangeRequest): ExchangeResult {
    const result = families.exchange(request, clock());
    if (result === null) throw createFullError();
    return result;
  }

  return {
    open: async (request) => open(request),
    attempt: async (request) => attempt(request),
    consume: async (request) => consume(request),
    release: async (request) => release(request),
    hit: async (key, limit) => hit(key, limit),
    claim: async (key, ttlSeconds) => claim(key, ttlSeconds),
    claimed: async (key) => claims.get(key, clock()) !== undefined,
    exchange: async (request) => exchange(request),
    ping: async () => {},
    close: async () => {},
  };
}

function createRecord(request: OpenRequest, digits: number, attemptsLeft: number, now: number): StoredRecord {
  return {
    challenge: request.newChallenge,
    keyId: request.keyIds[0],
    window: Math.floor(now / 1000 / request.windowSeconds),
    digits,
    channel: request.channel,
    mute: request.mute,
    attemptsLeft,
    sends: 0,
    expiresAt: now + request.windowSeconds * 1000,
  };
}

function pick({ challenge, keyId, window, digits, channel, mute }: StoredRecord): PendingRecord {
  return { challenge, keyId, window, digits, channel, mute };
}

function nameRecord({ recordTag, challenge }: RecordKey): string {
  return challenge === undefined ? recordTag : `${recordTag}:${challenge}`;
}

function refuseSend(
  limits: IdentityLimits,
  request: OpenRequest,
  now: number,
): Extract<OpenResult, { status: 'limited' }> | null {
  const waits = readWaits(limits, request, now);
  if (waits.cooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: waits.cooldown };
  const retryAfterMs = waits.request_identity;
  return retryAfterMs > 0 ? { status: 'limited', limit: 'request_identity', retryAfterMs } : null;
}

/** How long each limit on sends asks to wait, in milliseconds; 0 is not at all. */
function readWaits(limits: IdentityLimits, { cooldownSeconds, sends }: OpenRequest, now: number) {
  const last = limits.sends.at(-1);
  const refusals = { max: sends.max * refusalFactor, periodSeconds: sends.periodSeconds };
  return {
    cooldown: last ? Math.max(0, last.at + cooldownSeconds * 1000 - now) : 0,
    request_identity: Math.max(
      findRetryAfterMs(limits.sends, sends, now),
      findRetryAfterMs(limits.refusals, refusals, now),
    ),
  };
}

/** Forgets what has left the rolling period, then says how long until one more fits; 0 is now. */
function findRetryAfterMs(log: { at: number }[], { max, periodSeconds }: RollingLimit, now: number): number {
  const periodMs = periodSeconds * 1000;
  const firstInside = log.findIndex(({ at }) => at + periodMs > now);
  log.splice(0, firstInside < 0 ? log.length : firstInside);
  // With more in the log than fit (a lowered limit), the wait is for the one that makes room.
  const blocking = log.at(-max);
  return log.length < max || !blocking ? 0 : blocking.at + periodMs - now;
}

function createFullError(): OtpError {
  return new OtpError('store_unavailable', 'The memory store is full of live entries');
}

function readSteadyClock(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}
