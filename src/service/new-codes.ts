import type { Outcomes } from '../outcomes/outcomes.js';
import type { MonotonicClock } from '../ports.js';
import type { OpenResult, Side } from '../store-verbs.js';
import type { RequestFacts } from './request-outcome.js';
import type { Lease, ShortCodes } from './short-codes.js';

/**
 * The cause of long codes is judged by the codes of the last half hour to hour: of the current interval, and the one before.
 */
const memoryMs = 1_800_000;
/** A shortage ends when no code has been long for this time, since room comes and goes by the minute. */
const quietMs = 600_000;
/** How often it is reported again while it lasts. */
const repeatMs = 3_600_000;
/** The fraction of new codes that must be used for the cause to be growth, not an attack. */
const usedPart = 3 / 4;

interface Use {
  made: number;
  used: number;
}

/** Counts new codes and reports why they are long, when they are. */
export function createNewCodes(parts: {
  shortCodes: ShortCodes;
  policy: { digits: number; maxAttempts: number };
  outcomes: Outcomes;
  monotonicClock: MonotonicClock;
}) {
  const { shortCodes, outcomes, monotonicClock } = parts;
  const { digits, maxAttempts } = parts.policy;
  let recent: Use = { made: 0, used: 0 };
  let before: Use = { made: 0, used: 0 };
  let recentSince = monotonicClock.now();
  /** While the hour has no room. */
  let shortage: { codes: number; lastAt: number; saidAt: number; cause: string } | undefined;

  function startNext(now: number): void {
    before = now - recentSince < 2 * memoryMs ? recent : { made: 0, used: 0 };
    recent = { made: 0, used: 0 };
    recentSince = now;
  }

  function sumUse(): Use & { cause: 'unused' | 'growth' } {
    const [made, used] = [before.made + recent.made, before.used + recent.used];
    return { made, used, cause: used >= made * usedPart ? 'growth' : 'unused' };
  }

  function say(now: number): string {
    const { made, used, cause } = sumUse();
    outcomes.report({ event: 'codes.lengthened', cause, codes: made, used });
    if (shortage) shortage.saidAt = now;
    return cause;
  }

  function noteShortage(now: number): void {
    if (shortage) {
      shortage.codes += 1;
      shortage.lastAt = now;
      return;
    }
    shortage = { codes: 1, lastAt: now, saidAt: now, cause: say(now) };
    watch(quietMs);
  }

  function watch(ms: number): void {
    monotonicClock.after(ms, look).unref();
  }

  function look(): void {
    if (!shortage) return;
    const now = monotonicClock.now();
    const { codes, lastAt, saidAt, cause } = shortage;
    if (now - lastAt >= quietMs) {
      shortage = undefined;
      outcomes.report({ event: 'codes.shortened', codes });
      return;
    }
    if (sumUse().cause !== cause || now - saidAt >= repeatMs) shortage.cause = say(now);
    watch(quietMs);
  }

  return {
    /** @param lease what `ShortCodes.take` gave for it */
    noteOpened(
      opened: OpenResult,
      newChallenge: string,
      lease: Lease | undefined,
      side: Side,
      facts: RequestFacts,
    ): void {
      const isNew = opened.status === 'opened' && opened.record.challenge === newChallenge;
      const isShort = isNew && opened.record.digits === digits;
      const isKnown = side === 'known';
      if (lease) shortCodes.settle(lease, maxAttempts, isShort && !isKnown);
      if (!isNew || opened.record.alphabet === 'base32') return;
      if (!isKnown) {
        if (facts.startedAt - recentSince >= memoryMs) startNext(facts.startedAt);
        recent.made += 1;
      }
      if (isShort) return;
      if (lease || isKnown) {
        const codeLength = opened.record.digits;
        outcomes.report({ event: 'codes.lengthened', ...facts.call, cause: 'guesses', codeLength });
      } else {
        noteShortage(facts.startedAt);
      }
    },
    /** Of an unknown browser. */
    noteUsed(): void {
      recent.used += 1;
    },
  };
}
