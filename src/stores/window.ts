import { listWindows, toWindow } from '../core/window.js';
import type { Clock, Store } from '../ports.js';
import type { PendingRecord } from '../store-verbs.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { createProcessCounts } from './process-counts.js';

/** When a code of an identity was tried. */
interface Guesses {
  times: number[];
  expiresAt: number;
}

/**
 * Codes of the pure engine: each identity has one in each window of time, whether or not anyone has asked for it. All that is
 * kept are counts, in this process: of sends, and of verifies, which alone limit guessing.
 */
export function createWindowStore(parts: {
  windowSeconds: number;
  /** Windows before and after the current one whose codes are accepted. */
  driftTolerance: number;
  /** Milliseconds since 1970: decides which window it is. */
  clock: Clock;
}): Store {
  const { windowSeconds, driftTolerance, clock } = parts;
  const counts = createProcessCounts();
  const guesses = new ExpiringMap<Guesses>(entriesRange.default);
  const noCause = { challenge: '', mute: false } as const;

  return {
    ...counts.verbs,
    isWindowed: true,

    async open(request) {
      const now = clock();
      const counted = await counts.open({ ...request, resend: 'reuse' });
      if (counted.status !== 'opened') return counted;
      const { keyIds, channel, digits, mute } = request;
      const window = toWindow(now / 1000, windowSeconds);
      return {
        ...counted,
        record: { ...noCause, keyId: keyIds[0], window, digits, channel, mute },
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
      const windows = listWindows(toWindow(now / 1000, windowSeconds), driftTolerance);
      const records = keyIds.flatMap((keyId) =>
        windows.map((window) => ({ ...noCause, keyId, window, digits, channel: 'custom' as const })),
      );
      return {
        status: 'counted',
        record: { ...(records[0] as PendingRecord), alternatives: records },
        attemptsLeft: verifies.max - times.length,
      };
    },

    /** The code was right, so nobody has guessed. */
    async consume({ budgetTag }) {
      guesses.remove(budgetTag);
      return true;
    },

    release: counts.release,
  };
}
