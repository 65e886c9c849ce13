import type { Clock, Store } from '../ports.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { createMemoryStore } from './memory.js';

export interface WindowStoreOptions {
  windowSeconds: number;
  /** Windows before and after the current one whose codes are accepted. */
  driftTolerance: number;
  /** Milliseconds since 1970: decides which window it is. */
  clock: Clock;
}

/** When an identity was guessed at. */
interface Guesses {
  times: number[];
  expiresAt: number;
}

/**
 * Codes of the pure engine: of an identity and a window of time, whether or not anyone has asked for them. Nothing is kept but
 * counts, in this process: of sends, and of verifies, which are all that limits guessing.
 */
export function createWindowStore({ windowSeconds, driftTolerance, clock }: WindowStoreOptions): Store {
  const counts = createMemoryStore();
  const guesses = new ExpiringMap<Guesses>(entriesRange.default);
  const { hit, spend, refund, claim, claimed, exchange, ping, close } = counts;
  const findWindow = (now: number) => Math.floor(now / 1000 / windowSeconds);
  const noCause = { challenge: '', mute: false } as const;

  return {
    isWindowed: true,
    hit,
    ...(spend && refund ? { spend, refund } : {}),
    claim,
    claimed,
    exchange,
    ping,
    close,

    async open(request) {
      const now = clock();
      const counted = await counts.open({
        ...request,
        challenge: undefined,
        bind: true,
        resend: 'reuse',
        lengthening: { ...request.lengthening, after: 0 },
      });
      if (counted.status !== 'opened') return counted;
      const { keyIds, channel, digits, mute, newChallenge } = request;
      const window = findWindow(now);
      return {
        ...counted,
        record: { ...noCause, keyId: keyIds[0], window, digits, channel, mute },
        sendId: `${counted.sendId} ${newChallenge}`,
        ttlMs: (window + 1) * windowSeconds * 1000 - now,
      };
    },

    async attempt({ budgetTag, keyIds, verifies, digits = 6 }) {
      const now = clock();
      const periodMs = verifies.periodSeconds * 1000;
      const times = (guesses.load(budgetTag, now)?.times ?? []).filter((time) => time > now - periodMs);
      const oldest = times[times.length - verifies.max];
      if (oldest !== undefined) return { status: 'limited', retryAfterMs: oldest + periodMs - now };
      times.push(now);
      guesses.save(budgetTag, { times, expiresAt: now + periodMs }, now);
      const current = findWindow(now);
      const records = keyIds.flatMap((keyId) =>
        Array.from({ length: 2 * driftTolerance + 1 }, (_, index) => ({
          ...noCause,
          keyId,
          window: Math.max(0, current + index - driftTolerance),
          digits,
          channel: 'custom' as const,
        })),
      );
      const [record = { ...noCause, keyId: keyIds[0], window: current, digits, channel: 'custom' as const }] =
        records;
      return {
        status: 'counted',
        record: { ...record, alternatives: records },
        attemptsLeft: verifies.max - times.length,
      };
    },

    /** The code was right, so nobody has guessed. */
    async consume({ budgetTag }) {
      guesses.remove(budgetTag);
      return true;
    },

    async release(request) {
      const [sendId = '', challenge = ''] = request.sendId.split(' ');
      const returned = await counts.release({ ...request, sendId, challenge, recordChallenge: challenge });
      return returned || undefined;
    },
  };
}
