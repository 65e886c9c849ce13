import { refuseUnknownOptions } from '../core/known-options.js';
import { assertWholeNumber } from '../core/policy.js';
import type { Clock, Store } from '../ports.js';
import { createCountVerbs } from './memory/count-verbs.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { GuessCounts } from './memory/guess-counts.js';
import {
  addAttempt,
  clearIdentity,
  createIdentity,
  createRecord,
  explainAbsence,
  extend,
  findRecord,
  inspectIdentity,
  removeRecord,
  type StoredIdentity,
  setChannel,
  takeAttempt,
  toPending,
  waitForLimit,
} from './memory/identities.js';
import { addToLog, emptyLog, removeFromLog, timeLeft } from './memory/rolling-log.js';
import { SignOuts } from './memory/sign-outs.js';
import { steadyClock } from './memory/steady-clock.js';
import { TokenFamilies } from './memory/token-families.js';
import { nameRecord } from './record-name.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that does not jump when the system's time is set. */
  clock?: Clock;
  /**
   * Maximum number of live entries of each kind (pending records, guess counts, addresses, claims, token families, sign-outs),
   * 1 to 10 000 000. Default 250 000: about 400 MB when full.
   */
  maxEntries?: number;
}

/**
 * The store for a single process, and the reference for every other store. Nothing is shared, and everything is lost with
 * the process. It is bounded, and nothing that counts against anyone is ever evicted. Guesses and hits without room are counted
 * in shared counters; without room for pending records or claims it rejects with `store_unavailable`; the token family unused
 * for longest gives way to a new one.
 *
 * @throws RangeError when `maxEntries` is out of range
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  refuseUnknownOptions(options, ['clock', 'maxEntries']);
  const { clock = steadyClock, maxEntries = entriesRange.default } = options;
  assertWholeNumber('maxEntries', maxEntries, entriesRange);
  const identities = new ExpiringMap<StoredIdentity>(maxEntries);
  const guesses = new GuessCounts(maxEntries);
  const claims = new ExpiringMap(maxEntries);
  const families = new TokenFamilies(maxEntries);
  const signOuts = new SignOuts(maxEntries);
  let sendCount = 0;

  return {
    ...createCountVerbs(maxEntries, identities, clock),
    async open(request) {
      const now = clock();
      const { identityTag, recordTag, challenge, lengthening, resend, cooldownSeconds, sends } = request;
      const known = identities.load(identityTag, now);
      const identity = known ?? createIdentity();
      const isNew = request.bind && challenge === undefined;
      const live = isNew ? undefined : known && findRecord(known, nameRecord(recordTag, challenge), now);
      if (challenge !== undefined && !live) return { status: 'expired' };
      if (live && live.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: live.expiresAt - now };

      const long = guesses.haveReached(identityTag, lengthening, now);
      const digits = long ? Math.max(request.digits, lengthening.digits) : request.digits;
      // A code that can no longer be verified must not block one that can.
      const usable = live && live.digits >= digits && request.keyIds.includes(live.keyId) ? live : undefined;
      if (resend === 'refuse' && usable && usable.sends > 0) {
        return { status: 'pending', retryAfterMs: usable.expiresAt - now };
      }
      const forCooldown = timeLeft(identity.sends.at(-1), cooldownSeconds, now);
      if (forCooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: forCooldown };
      const forLimit = waitForLimit(identity, sends, now);
      if (forLimit > 0) return { status: 'limited', limit: 'request_identity', retryAfterMs: forLimit };

      // Before anything is counted: a refused call changes nothing.
      if (!known) identities.save(identityTag, identity, now);
      let record = usable;
      if (!record || resend === 'rotate' || record.expiresAt - now < request.staleSeconds * 1000) {
        const others = identity.records.filter((other) => other !== live && other.expiresAt > now);
        identities.resize(identity, others.length + 1, now);
        const maxAttempts = long
          ? Math.min(request.maxAttempts, lengthening.maxAttempts)
          : request.maxAttempts;
        const attemptsLeft = Math.min(maxAttempts, live?.attemptsLeft ?? maxAttempts);
        const isBound = request.bind || challenge !== undefined;
        const name = nameRecord(recordTag, isBound ? request.newChallenge : undefined);
        record = createRecord(request, name, digits, attemptsLeft, now);
        identity.records = [record, ...others];
      } else {
        setChannel(record, request.channel);
        record.mute = request.mute;
      }
      record.sends += 1;
      // Also the id of the send: a fraction of a millisecond tells it from others of this millisecond.
      const send = now + (sendCount++ % 1024) / 1024;
      record.lastSend = send;
      record.note = undefined;
      identity.sends = addToLog(identity.sends, sends.periodSeconds, now, send);
      identity.expiresAt = Math.max(identity.expiresAt, record.expiresAt, now + sends.periodSeconds * 1000);

      const ttlMs = record.expiresAt - now;
      const resendInMs = Math.max(
        cooldownSeconds * 1000,
        waitForLimit(identity, sends, now),
        resend === 'refuse' ? ttlMs : 0,
      );
      return { status: 'opened', record: toPending(record), sendId: String(send), ttlMs, resendInMs };
    },

    async attempt(request) {
      const now = clock();
      const { identityTag, recordTag, challenge, attemptId, lengthening, verifies } = request;
      const identity = identities.load(identityTag, now);
      const record = identity && findRecord(identity, nameRecord(recordTag, challenge), now);
      if (!identity || !record) {
        return { status: 'expired', cause: explainAbsence(identity, recordTag, challenge, now) };
      }
      if (record.sends <= 0) return { status: 'expired', cause: 'withdrawn' };
      if (!request.keyIds.includes(record.keyId)) return { status: 'expired', cause: 'key_retired' };
      if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
      if (record.digits < lengthening.digits && guesses.haveReached(identityTag, lengthening, now)) {
        return { status: 'expired', cause: 'lengthened' };
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
      identities.resize(identity, Math.max(1, identity.records.length), now);
      identity.verifies = emptyLog;
      return signOuts.timeSignIn(identityTag, now);
    },

    async clear({ identityTag, records, counts, signOutSeconds }) {
      const now = clock();
      // First, since it fails when the store is full.
      if (signOutSeconds > 0) signOuts.add(identityTag, signOutSeconds, now);
      if (counts) guesses.clear(identityTag, now);
      const identity = identities.load(identityTag, now);
      if (!identity) return { records: 0 };
      const ended = clearIdentity(identity, { records, counts }, now);
      identities.resize(identity, Math.max(1, identity.records.length), now);
      return { records: ended };
    },

    async inspect({ identityTag, periodSeconds }) {
      const now = clock();
      const identity = identities.load(identityTag, now);
      const { count, endsInMs } = guesses.inspect(identityTag, now);
      return {
        ...inspectIdentity(identity ?? createIdentity(), periodSeconds, now),
        guesses: count,
        guessesEndInMs: endsInMs,
        endedSeconds: signOuts.find(identityTag, now),
      };
    },

    async note({ identityTag, recordTag, challenge, recordChallenge, sendId, note, keepSeconds }) {
      const now = clock();
      const identity = identities.load(identityTag, now);
      const name = nameRecord(recordTag, challenge);
      // Whether or not it has expired.
      const record = identity?.records.find(
        (other) =>
          other.name === name && other.challenge === recordChallenge && other.lastSend === Number(sendId),
      );
      if (!identity || !record) return;
      record.note = note;
      extend(identity, now + keepSeconds * 1000);
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
      const send = Number(request.sendId);
      if (!identity?.sends.includes(send)) return;
      const record = findRecord(identity, nameRecord(request.recordTag, request.challenge), now);
      // Nobody knows any more whether a code that is gone was guessed at.
      if (record?.challenge !== request.recordChallenge) return;
      // It paid for the guesses.
      if (record.isTried && record.sends <= 1) return;
      identity.sends = removeFromLog(identity.sends, send);
      identity.refusals = addToLog(identity.refusals, request.periodSeconds, now);
      extend(identity, now + request.periodSeconds * 1000);
      record.sends -= 1;
      if (request.resend !== 'refuse' || record.sends > 0) return;
      removeRecord(identity, record);
      identities.resize(identity, Math.max(1, identity.records.length), now);
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
    async ended({ names, identityTag, authTimeSeconds, ttlSeconds }) {
      const now = clock();
      if (signOuts.haveEnded(identityTag, authTimeSeconds, ttlSeconds, now)) return true;
      return names.some((name) => claims.load(name, now) !== undefined);
    },
    exchange: async (request) => families.exchange(request, clock()),
    async ping() {},
    async close() {},
  };
}
