import { refuseUnknownOptions } from '../core/known-options.js';
import { assertWholeNumber } from '../core/policy.js';
import type { Clock, Store } from '../ports.js';
import { type Expiring, ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { GuessCounts } from './memory/guess-counts.js';
import {
  addAttempt,
  addRecord,
  clearIdentity,
  computeWaits,
  createIdentity,
  extend,
  findRecord,
  removeRecord,
  type StoredIdentity,
  setChannel,
  takeAttempt,
  toPending,
} from './memory/identities.js';
import { addToLog, emptyLog, type RollingLog, removeFromLog, timeLeft } from './memory/rolling-log.js';
import { SignOuts } from './memory/sign-outs.js';
import { TokenFamilies } from './memory/token-families.js';
import { nameRecord } from './record-name.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that does not jump when the system's time is set. */
  clock?: Clock;
  /**
   * Maximum number of live entries of each kind (identities, guess counts, addresses, claims, token families, sign-outs),
   * 1 to 10 000 000. Default 250 000: about 400 MB when full.
   */
  maxEntries?: number;
}

/**
 * The store for a single process, and the reference for every other store. Nothing is shared, and everything is lost with
 * the process. It is bounded and never evicts a live entry: when full, it rejects with `store_unavailable`; without room
 * for another guess count it treats the count as reached, so codes are long.
 *
 * @throws RangeError when `maxEntries` is out of range
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  refuseUnknownOptions(options, ['clock', 'maxEntries']);
  const { clock = steadyClock, maxEntries = entriesRange.default } = options;
  assertWholeNumber('maxEntries', maxEntries, entriesRange);
  const identities = new ExpiringMap<StoredIdentity>(maxEntries);
  const guesses = new GuessCounts(maxEntries);
  const addresses = new ExpiringMap<Expiring & { hits: RollingLog }>(maxEntries);
  const claims = new ExpiringMap(maxEntries);
  const families = new TokenFamilies(maxEntries);
  const signOuts = new SignOuts(maxEntries);
  let lastSendId = 0;

  return {
    async open(request) {
      const now = clock();
      const { identityTag, recordTag, challenge, lengthening, resend } = request;
      const identity = identities.load(identityTag, now) ?? createIdentity();
      const isNew = request.bind && challenge === undefined;
      const live = isNew ? undefined : findRecord(identity, nameRecord(recordTag, challenge), now);
      if (challenge !== undefined && !live) return { status: 'expired' };
      if (live && live.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: live.expiresAt - now };

      const long = guesses.haveReached(identityTag, lengthening, now);
      const digits = long ? Math.max(request.digits, lengthening.digits) : request.digits;
      // A code that can no longer be verified must not block one that can.
      const usable = live && live.digits >= digits && request.keyIds.includes(live.keyId) ? live : undefined;
      if (resend === 'refuse' && usable && usable.sends > 0) {
        return { status: 'pending', retryAfterMs: usable.expiresAt - now };
      }
      const waits = computeWaits(identity, request, now);
      if (waits.forCooldown > 0)
        return { status: 'limited', limit: 'cooldown', retryAfterMs: waits.forCooldown };
      if (waits.forLimit > 0)
        return { status: 'limited', limit: 'request_identity', retryAfterMs: waits.forLimit };
      // Before anything is counted: a refused call changes nothing.
      identities.save(identityTag, identity, now);

      let record = usable;
      if (!record || resend === 'rotate' || record.expiresAt - now < request.staleSeconds * 1000) {
        const maxAttempts = long
          ? Math.min(request.maxAttempts, lengthening.maxAttempts)
          : request.maxAttempts;
        const attemptsLeft = Math.min(maxAttempts, live?.attemptsLeft ?? maxAttempts);
        const isBound = request.bind || challenge !== undefined;
        const name = nameRecord(recordTag, isBound ? request.newChallenge : undefined);
        if (live) removeRecord(identity, live);
        record = addRecord(identity, request, { name, digits, attemptsLeft }, now);
      } else {
        setChannel(record, request.channel);
        record.mute = request.mute;
      }
      record.sends += 1;
      const sendId = String(++lastSendId);
      const periodMs = request.sends.periodSeconds * 1000;
      identity.sends = [...identity.sends.filter(({ at }) => at + periodMs > now), { id: sendId, at: now }];
      extend(identity, Math.max(record.expiresAt, now + periodMs));

      const ttlMs = record.expiresAt - now;
      const { forCooldown, forLimit } = computeWaits(identity, request, now);
      const resendInMs = Math.max(forCooldown, forLimit, resend === 'refuse' ? ttlMs : 0);
      return { status: 'opened', record: toPending(record), sendId, ttlMs, resendInMs };
    },

    async attempt(request) {
      const now = clock();
      const { identityTag, recordTag, challenge, attemptId, lengthening, verifies } = request;
      const identity = identities.load(identityTag, now);
      const record = identity && findRecord(identity, nameRecord(recordTag, challenge), now);
      if (!identity || !record || record.sends <= 0 || !request.keyIds.includes(record.keyId)) {
        return { status: 'expired' };
      }
      if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
      if (record.digits < lengthening.digits && guesses.haveReached(identityTag, lengthening, now)) {
        return { status: 'expired' };
      }
      if (challenge === undefined) {
        const retryAfterMs = timeLeft(identity.verifies.at(-verifies.max), verifies.periodSeconds, now);
        if (retryAfterMs > 0) return { status: 'limited', retryAfterMs };
        identity.verifies = addToLog(identity.verifies, verifies.periodSeconds, now);
        extend(identity, now + verifies.periodSeconds * 1000);
      }
      const guessExpiresAt = guesses.count(identityTag, lengthening, now);
      if (attemptId !== undefined) addAttempt(identity, { id: attemptId, at: now, record, guessExpiresAt });
      record.attemptsLeft -= 1;
      record.isTried = true;
      return { status: 'counted', record: toPending(record), attemptsLeft: record.attemptsLeft };
    },

    async consume({ identityTag, recordTag, challenge, recordChallenge, attemptId }) {
      const now = clock();
      const identity = identities.load(identityTag, now);
      const attempt = attemptId === undefined ? undefined : identity && takeAttempt(identity, attemptId);
      // It has been taken back.
      if (attemptId !== undefined && !attempt) return false;
      guesses.takeBack(identityTag, attempt?.guessExpiresAt, now);
      const record = identity && findRecord(identity, nameRecord(recordTag, challenge), now);
      if (!identity || record?.challenge !== recordChallenge) return false;
      removeRecord(identity, record);
      identity.verifies = emptyLog;
      return signOuts.timeSignIn(identityTag, now);
    },

    async clear({ identityTag, records, counts, signOutSeconds }) {
      const now = clock();
      // First, since it fails when the store is full.
      if (signOutSeconds > 0) signOuts.add(identityTag, signOutSeconds, now);
      if (counts) guesses.clear(identityTag);
      const identity = identities.load(identityTag, now);
      return { records: identity ? clearIdentity(identity, { records, counts }, now) : 0 };
    },

    async retract({ identityTag, challenge, attemptId }) {
      const now = clock();
      const identity = identities.load(identityTag, now);
      const attempt = identity && takeAttempt(identity, attemptId);
      if (!attempt) return false;
      attempt.record.attemptsLeft += 1;
      if (challenge === undefined) identity.verifies = removeFromLog(identity.verifies, attempt.at);
      guesses.takeBack(identityTag, attempt.guessExpiresAt, now);
      return true;
    },

    async release(request) {
      const now = clock();
      const identity = identities.load(request.identityTag, now);
      if (!identity?.sends.some(({ id }) => id === request.sendId)) return;
      const record = findRecord(identity, nameRecord(request.recordTag, request.challenge), now);
      // Nobody knows any more whether a code that is gone was guessed at.
      if (record?.challenge !== request.recordChallenge) return;
      // It paid for the guesses.
      if (record.isTried && record.sends <= 1) return;
      identity.sends = identity.sends.filter(({ id }) => id !== request.sendId);
      identity.refusals = addToLog(identity.refusals, request.periodSeconds, now);
      extend(identity, now + request.periodSeconds * 1000);
      record.sends -= 1;
      if (request.resend === 'refuse' && record.sends === 0) removeRecord(identity, record);
    },

    async hit(key, { max, periodSeconds }, group) {
      const now = clock();
      // The group first: while it is exhausted, its many keys take no entries.
      const limits = group ? [group, { key, max }] : [{ key, max }];
      const found = [];
      for (const { key, max } of limits) {
        const address = addresses.load(key, now) ?? { hits: emptyLog, expiresAt: 0 };
        const retryAfterMs = timeLeft(address.hits.at(-max), periodSeconds, now);
        if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
        found.push({ key, address });
      }
      for (const { key, address } of found) {
        address.expiresAt = now + periodSeconds * 1000;
        addresses.save(key, address, now);
      }
      for (const { address } of found) address.hits = addToLog(address.hits, periodSeconds, now);
      return { allowed: true };
    },

    async claim(key, ttlSeconds) {
      const now = clock();
      if (claims.load(key, now)) return false;
      claims.save(key, { expiresAt: now + ttlSeconds * 1000 }, now);
      return true;
    },
    async claimed(key) {
      return claims.load(key, clock()) !== undefined;
    },
    async ended({ names, identityTag, authTimeSeconds }) {
      const now = clock();
      const endedSeconds = signOuts.find(identityTag, now);
      if (endedSeconds !== undefined && authTimeSeconds <= endedSeconds) return true;
      return names.some((name) => claims.load(name, now) !== undefined);
    },
    async exchange(request) {
      return families.exchange(request, clock());
    },
    async ping() {},
    async close() {},
  };
}

const { timeOrigin } = performance;

function steadyClock(): number {
  return Math.floor(timeOrigin + performance.now());
}
