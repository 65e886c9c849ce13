import { guessMemorySeconds } from '../../core/policy.js';
import type { Lengthening, Side } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { SharedCounts } from './shared-counts.js';

interface GuessCount extends Expiring {
  guesses: number;
}

/** In three generations, 24 MB, taken once the table is full. See docs/decisions/0055. */
const sharedCounters = 2 ** 23;

/** Names the count of one side. */
function nameCount(budgetTag: string, side: Side): string {
  return side === 'known' ? `${budgetTag} known` : budgetTag;
}

/**
 * Wrong guesses of each side of a budget, forgotten a fixed time after the first. Those without room share hashed counters: so nobody
 * is forgotten, and filling the table makes nobody's codes long.
 */
export class GuessCounts {
  readonly #counts: ExpiringMap<GuessCount>;
  /** Once there was no room. */
  #shared: SharedCounts | undefined;

  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
  }

  /** Whether codes must be long. */
  haveReached(budgetTag: string, side: Side, { after }: Lengthening, now: number): boolean {
    if (after === 0) return false;
    const name = nameCount(budgetTag, side);
    const count = this.#counts.load(name, now);
    return (count?.guesses ?? this.#shared?.count(name, now) ?? 0) >= after;
  }

  /** Returns when the guess will be forgotten, which also names the count that holds it; 0 if it was not counted. */
  count(budgetTag: string, side: Side, { after, memorySeconds }: Lengthening, now: number): number {
    if (after === 0) return 0;
    const name = nameCount(budgetTag, side);
    const found = this.#counts.load(name, now);
    if (found) {
      found.guesses += 1;
      return found.expiresAt;
    }
    // A budget with a shared count keeps it: it must not start again as soon as there is room.
    if (this.#shared?.count(name, now) || !this.#counts.hasRoom(now)) {
      this.#shared ??= new SharedCounts(sharedCounters, guessMemorySeconds);
      return this.#shared.add(name, now);
    }
    const expiresAt = now + memorySeconds * 1000;
    this.#counts.save(name, { guesses: 1, expiresAt }, now);
    return expiresAt;
  }

  inspect(budgetTag: string, side: Side, now: number): { count: number; endsInMs: number } {
    const name = nameCount(budgetTag, side);
    const found = this.#counts.load(name, now);
    if (found) return { count: found.guesses, endsInMs: found.expiresAt - now };
    const count = this.#shared?.count(name, now) ?? 0;
    // At the latest: what is shared has no time of its own.
    return { count, endsInMs: count === 0 ? 0 : guessMemorySeconds * 1000 };
  }

  /** Forgets the guesses of both sides. @throws OtpError `store_unavailable` when that takes a count and there is no room */
  clear(budgetTag: string, now: number): void {
    for (const side of ['unknown', 'known'] as const) this.#forget(nameCount(budgetTag, side), now);
  }

  #forget(name: string, now: number): void {
    this.#counts.remove(name);
    if (!this.#shared?.count(name, now)) return;
    // The shared counter belongs to others too. A count of its own takes precedence.
    this.#counts.save(name, { guesses: 0, expiresAt: now + guessMemorySeconds * 1500 }, now);
  }

  /** Takes one guess back from the count that holds it; without the time when it ends, from one of this budget alone. */
  takeBack(budgetTag: string, side: Side, endsAt: number | undefined, now: number): void {
    const name = nameCount(budgetTag, side);
    const count = this.#counts.load(name, now);
    if (count && (endsAt === undefined || endsAt === count.expiresAt)) {
      count.guesses = Math.max(0, count.guesses - 1);
      if (count.guesses === 0 && !this.#shared) this.#counts.remove(name);
    } else if (endsAt !== undefined) {
      this.#shared?.takeBack(name, endsAt, now);
    }
  }
}
