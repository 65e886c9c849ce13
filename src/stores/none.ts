import { base32Length } from '../core/base32-code.js';
import { refuseUnknownOptions } from '../core/known-options.js';
import { assertWholeNumber } from '../core/policy.js';
import type { SealedRecord } from '../core/sealed-challenge.js';
import { toWindow } from '../core/window.js';
import type { Clock, Store } from '../ports.js';
import type { OpenRequest, PendingRecord } from '../store-verbs.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { createProcessCounts } from './process-counts.js';

export interface StatelessStoreOptions {
  /** Milliseconds since 1970. Default: the clock of this machine. All instances should agree, to within 30 seconds. */
  clock?: Clock;
  /** Most entries of each kind that this process counts, 1 to 10 000 000. Default 20 000: about 40 MB when full. */
  maxEntries?: number;
}

/** How far the clocks of two instances may be apart. */
const skewSeconds = 30;
const defaultMaxEntries = 20_000;

/** Attempts on the code of one challenge, as far as this process has seen them. */
interface Attempts {
  count: number;
  expiresAt: number;
}

/**
 * The store that keeps no records: a challenge carries its own, so any process with the same secret can verify what another has
 * sent. Codes have 60 bits, because each process counts limits and attempts for itself: only the strength of a code holds
 * everywhere. A code works with its challenge until it expires, any number of times. Nothing can be revoked.
 *
 * @throws RangeError when `maxEntries` is out of range
 */
export function createStatelessStore(options: StatelessStoreOptions = {}): Store {
  refuseUnknownOptions(options, ['clock', 'maxEntries']);
  const { clock = Date.now, maxEntries = defaultMaxEntries } = options;
  assertWholeNumber('maxEntries', maxEntries, entriesRange);
  const counts = createProcessCounts({ maxEntries, ...(options.clock ? { clock } : {}) });
  const attempts = new ExpiringMap<Attempts>(maxEntries);

  const leftMs = ({ openedAtSeconds, lifeSeconds }: SealedRecord, now: number) =>
    (openedAtSeconds + lifeSeconds) * 1000 - now;

  function isAlive(record: SealedRecord, now: number): boolean {
    const left = leftMs(record, now);
    return left > -skewSeconds * 1000 && left <= (record.lifeSeconds + skewSeconds) * 1000;
  }

  const isSpent = ({ challenge }: SealedRecord, max: number, now: number) =>
    (attempts.load(challenge, now)?.count ?? 0) >= max;

  /** The record whose code is sent: the one of the request, while it has enough life and some attempts left. */
  function choose(request: OpenRequest, now: number): SealedRecord {
    const { sealed, channel, resend, staleSeconds, maxAttempts } = request;
    const isUsable =
      sealed &&
      resend !== 'rotate' &&
      leftMs(sealed, now) >= staleSeconds * 1000 &&
      !isSpent(sealed, maxAttempts, now);
    if (isUsable) return { ...sealed, channels: [...new Set([...sealed.channels, channel])] };
    return {
      keyId: request.keyIds[0],
      challenge: request.newChallenge,
      openedAtSeconds: Math.floor(now / 1000),
      lifeSeconds: request.windowSeconds,
      digits: base32Length,
      alphabet: 'base32',
      channels: [channel],
    };
  }

  function toPending(sealed: SealedRecord, channel = sealed.channels[0]): PendingRecord {
    const { openedAtSeconds, lifeSeconds, ...record } = sealed;
    const window = toWindow(openedAtSeconds, lifeSeconds);
    return { ...record, window, channel: channel ?? 'custom', mute: false, sealed };
  }

  return {
    ...counts.verbs,
    codeAlphabet: 'base32',
    isStateless: true,

    async open(request) {
      const now = clock();
      const { sealed, channel } = request;
      if (request.challenge !== undefined && !(sealed && isAlive(sealed, now))) return { status: 'expired' };
      if (sealed && request.resend === 'refuse') {
        return { status: 'pending', retryAfterMs: Math.max(0, leftMs(sealed, now)) };
      }
      const counted = await counts.open(request);
      if (counted.status !== 'opened') return counted;
      const record = choose(request, now);
      return {
        ...counted,
        record: { ...toPending(record, channel), mute: request.mute },
        ttlMs: Math.max(0, leftMs(record, now)),
      };
    },

    async attempt({ sealed, keyIds, maxAttempts = Number.POSITIVE_INFINITY }) {
      const now = clock();
      if (!sealed || !isAlive(sealed, now)) return { status: 'expired' };
      if (!keyIds.includes(sealed.keyId)) return { status: 'expired', cause: 'key_retired' };
      const expiresAt = now + leftMs(sealed, now) + skewSeconds * 1000;
      if (isSpent(sealed, maxAttempts, now)) return { status: 'blocked', retryAfterMs: expiresAt - now };
      const counted = attempts.load(sealed.challenge, now) ?? { count: 0, expiresAt };
      counted.count += 1;
      // Without room it is not counted: the code is strong enough, and its owner must get in.
      if (attempts.hasRoom(now)) attempts.save(sealed.challenge, counted, now);
      return { status: 'counted', record: toPending(sealed), attemptsLeft: maxAttempts - counted.count };
    },

    /** The code was right, so its attempt does not count. */
    async consume(request) {
      const { recordChallenge } = request;
      const counted = attempts.load(recordChallenge, clock());
      if (counted) counted.count -= 1;
      // Gives back the send that made the code, in the process that counted it.
      const sent = await counts.consume({ ...request, challenge: recordChallenge, attemptId: undefined });
      return typeof sent === 'object' ? sent : true;
    },

    release: counts.release,
    exchange: async () => 'unknown',
  };
}
