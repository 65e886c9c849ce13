import { assertWholeNumber } from '../core/policy.js';
import { OtpError } from '../errors.js';
import type { Clock, Store } from '../ports.js';
import type {
  AttemptRequest,
  AttemptResult,
  ConsumeRequest,
  ExchangeRequest,
  ExchangeResult,
  HitGroup,
  HitResult,
  OpenRequest,
  OpenResult,
  PendingRecord,
  ReleaseRequest,
  RollingLimit,
} from '../store-verbs.js';
import { ExpiringTable, entriesRange, firstField } from './memory/expiring-table.js';
import { createGuessCounts } from './memory/guess-counts.js';
import { createIdentityLimits } from './memory/identity-limits.js';
import { createKeyReader, type Key } from './memory/key.js';
import { createPendingRecords, type StoredRecord } from './memory/pending-records.js';
import { none } from './memory/rows.js';
import { TimeLogs, wordsPerLog } from './memory/time-logs.js';
import { createTokenFamilies } from './memory/token-families.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that setting the system's time does not move. */
  clock?: Clock;
  /**
   * The most entries of each kind (pending records, identities, guess counts, addresses, claims, token families) held at once,
   * 1 to 10 000 000. Default 500 000.
   */
  maxEntries?: number;
}

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
  const records = createPendingRecords(maxEntries);
  const identities = createIdentityLimits(maxEntries);
  const addresses: ExpiringTable = new ExpiringTable({
    maxEntries,
    fields: wordsPerLog,
    clear: (row) => hits.clear(row),
  });
  const hits: TimeLogs = new TimeLogs(addresses.rows, firstField);
  const guesses = createGuessCounts(maxEntries);
  const claims = new ExpiringTable({ maxEntries });
  const families = createTokenFamilies(maxEntries);
  const [identityKeys, recordKeys, otherKeys] = [createKeyReader(), createKeyReader(), createKeyReader()];
  let lastSendId = 0;

  /** The record of an identity and purpose, or of a bound challenge. */
  function readRecordKey(recordTag: string, challenge: string | undefined): Key {
    return recordKeys.read(challenge === undefined ? recordTag : `${recordTag}:${challenge}`);
  }

  function open(request: OpenRequest): OpenResult {
    const now = clock();
    const { recordTag, lengthening, resend } = request;
    const identity = identityKeys.read(request.identityTag);
    const isNew = request.bind && request.challenge === undefined;
    let row = isNew ? none : records.find(readRecordKey(recordTag, request.challenge), now);
    const live = row === none ? undefined : records.read(row);
    if (request.challenge !== undefined && !live) return { status: 'expired' };
    if (live && live.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: live.expiresAt - now };

    const long = guesses.haveReached(identity, lengthening, now);
    const digits = long ? Math.max(request.digits, lengthening.digits) : request.digits;
    // A code that can no longer be verified must not stand in the way of one that can.
    const usable = live && live.digits >= digits && request.keyIds.includes(live.keyId) ? live : undefined;
    if (resend === 'refuse' && usable && usable.sends > 0) {
      return { status: 'pending', retryAfterMs: usable.expiresAt - now };
    }
    // Of no use before something is counted: a refused call leaves nothing.
    const limits = identities.findOrAdd(identity, now, now);
    if (limits === none) throw createFullError();
    const waits = identities.readWaits(limits, request, now);
    if (waits.cooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: waits.cooldown };
    if (waits.request_identity > 0) {
      return { status: 'limited', limit: 'request_identity', retryAfterMs: waits.request_identity };
    }

    const isStale = usable && usable.expiresAt - now < request.staleSeconds * 1000;
    let record = usable && resend !== 'rotate' && !isStale ? usable : undefined;
    if (!record) {
      const maxAttempts = long ? Math.min(request.maxAttempts, lengthening.maxAttempts) : request.maxAttempts;
      record = createRecord(request, digits, Math.min(maxAttempts, live?.attemptsLeft ?? maxAttempts), now);
      if (live) records.remove(row);
      const isBound = request.bind || request.challenge !== undefined;
      const key = readRecordKey(recordTag, isBound ? record.challenge : undefined);
      row = records.findOrAdd(key, record.expiresAt, now);
      if (row === none) throw createFullError();
    }
    const sendId = ++lastSendId;
    identities.sends.push(limits, now, sendId);
    identities.extend(limits, Math.max(record.expiresAt, now + request.sends.periodSeconds * 1000));
    record.sends += 1;
    record.channel = request.channel;
    if (!record.channels.includes(request.channel)) record.channels = [...record.channels, request.channel];
    record.mute = request.mute;
    records.write(row, record);
    const ttlMs = record.expiresAt - now;
    const next = identities.readWaits(limits, request, now);
    const resendInMs = Math.max(next.cooldown, next.request_identity, resend === 'refuse' ? ttlMs : 0);
    return { status: 'opened', record: pick(record), sendId: String(sendId), ttlMs, resendInMs };
  }

  function attempt(request: AttemptRequest): AttemptResult {
    const now = clock();
    const { lengthening, verifies } = request;
    const identity = identityKeys.read(request.identityTag);
    const row = records.find(readRecordKey(request.recordTag, request.challenge), now);
    const record = row === none ? undefined : records.read(row);
    if (!record || !request.keyIds.includes(record.keyId)) return { status: 'expired' };
    if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
    if (record.digits < lengthening.digits && guesses.haveReached(identity, lengthening, now)) {
      return { status: 'expired' };
    }
    const limits = identities.find(identity, now);
    if (limits === none) return { status: 'expired' };
    if (request.challenge === undefined) {
      const retryAfterMs = identities.verifies.findRetryAfterMs(
        limits,
        verifies.max,
        verifies.periodSeconds,
        now,
      );
      if (retryAfterMs > 0) return { status: 'limited', retryAfterMs };
      identities.verifies.push(limits, now);
      identities.extend(limits, now + verifies.periodSeconds * 1000);
    }
    guesses.count(identity, lengthening, now);
    record.attemptsLeft -= 1;
    records.writeAttempts(row, record.attemptsLeft);
    return { status: 'counted', record: pick(record), attemptsLeft: record.attemptsLeft };
  }

  function consume(request: ConsumeRequest): boolean {
    const now = clock();
    const identity = identityKeys.read(request.identityTag);
    guesses.takeBack(identity, now);
    const row = records.find(readRecordKey(request.recordTag, request.challenge), now);
    if (row === none || !records.hasChallenge(row, request.recordChallenge)) return false;
    records.remove(row);
    const limits = identities.find(identity, now);
    if (limits !== none) identities.verifies.clear(limits);
    return true;
  }

  function release(request: ReleaseRequest): void {
    const now = clock();
    const limits = identities.find(identityKeys.read(request.identityTag), now);
    if (limits === none || !identities.sends.remove(limits, Number(request.sendId))) return;
    identities.refusals.push(limits, now);
    identities.extend(limits, now + request.periodSeconds * 1000);
    const row = records.find(readRecordKey(request.recordTag, request.challenge), now);
    const record = row === none ? undefined : records.read(row);
    if (record?.challenge !== request.recordChallenge) return;
    record.sends -= 1;
    if (request.resend === 'refuse' && record.sends === 0) records.remove(row);
    else records.write(row, record);
  }

  function hit(key: string, { max, periodSeconds }: RollingLimit, group?: HitGroup): HitResult {
    const now = clock();
    const expiresAt = now + periodSeconds * 1000;
    /** The row of one key, and how long it has to wait. */
    const look = (name: string, most: number) => {
      const row = addresses.findOrAdd(otherKeys.read(name), expiresAt, now);
      if (row === none) throw createFullError();
      return { row, retryAfterMs: hits.findRetryAfterMs(row, most, periodSeconds, now) };
    };
    // The group first: when that is refused, none of its many keys takes a row.
    const wide = group && look(group.key, group.max);
    if (wide && wide.retryAfterMs > 0) return { allowed: false, retryAfterMs: wide.retryAfterMs };
    const narrow = look(key, max);
    if (narrow.retryAfterMs > 0) return { allowed: false, retryAfterMs: narrow.retryAfterMs };
    for (const { row } of wide ? [wide, narrow] : [narrow]) {
      hits.push(row, now);
      addresses.keepUntil(row, expiresAt);
    }
    return { allowed: true };
  }

  function claim(key: string, ttlSeconds: number): boolean {
    const now = clock();
    const name = otherKeys.read(key);
    if (claims.find(name, now) !== none) return false;
    if (claims.findOrAdd(name, now + ttlSeconds * 1000, now) === none) throw createFullError();
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
    hit: async (key, limit, group) => hit(key, limit, group),
    claim: async (key, ttlSeconds) => claim(key, ttlSeconds),
    claimed: async (key) => claims.size > 0 && claims.find(otherKeys.read(key), clock()) !== none,
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
    channels: [request.channel],
    mute: request.mute,
    attemptsLeft,
    sends: 0,
    expiresAt: now + request.windowSeconds * 1000,
  };
}

function pick(record: StoredRecord): PendingRecord {
  const { challenge, keyId, window, digits, channel, channels, mute } = record;
  return { challenge, keyId, window, digits, channel, channels, mute };
}

function createFullError(): OtpError {
  return new OtpError('store_unavailable', 'The memory store is full of live entries');
}

const { timeOrigin } = performance;

function readSteadyClock(): number {
  return Math.floor(timeOrigin + performance.now());
}
