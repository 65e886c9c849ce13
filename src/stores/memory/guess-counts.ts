import { guessMemorySeconds } from '../../core/policy.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { SharedCounts } from './shared-counts.js';

interface GuessCount extends Expiring {
  guesses: number;
}

/** In three generations, 24 MB, taken once the table is full. See docs/decisions/0055. */
const sharedCounters = 2 ** 23;

/**
 * Wrong guesses at each budget by one side, forgotten a fixed time after the first. Those without room share hashed counters: so
 * nobody is forgotten, and filling the table makes nobody's codes long.
 */
export class GuessCounts {
  readonly #counts: ExpiringMap<GuessCount>;
  /** Once there was no room. */
  #shared: SharedCounts | undefined;

  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
  }

  find(budgetTag: string, now: number): number {
    return this.#counts.load(budgetTag, now)?.guesses ?? this.#shared?.count(budgetTag, now) ?? 0;
  }

  /** Adds one. Returns when its period ends, which also names the count that holds it. */
  count(budgetTag: string, memorySeconds: number, now: number): number {
    const found = this.#counts.load(budgetTag, now);
    if (found) {
      found.guesses += 1;
      return found.expiresAt;
    }
    // A budget with a shared count keeps it: it must not start again as soon as there is room.
    if (this.#shared?.count(budgetTag, now) || !this.#counts.hasRoom(now)) {
      this.#shared ??= new SharedCounts(sharedCounters, guessMemorySeconds);
      return this.#shared.add(budgetTag, now);
    }
    const expiresAt = now + memorySeconds * 1000;
    this.#counts.add(budgetTag, { guesses: 1, expiresAt }, now);
    return expiresAt;
  }

  /** Takes guesses back from the count of this period; false if that is over. */
  takeBack(budgetTag: string, endsAt: number, guesses: number, now: number): boolean {
    if (guesses === 0 || endsAt === 0) return false;
    const count = this.#counts.load(budgetTag, now);
    if (!count) return this.#shared?.takeBack(budgetTag, endsAt, guesses, now) ?? false;
    if (count.expiresAt !== endsAt) return false;
    count.guesses = Math.max(0, count.guesses - guesses);
    if (count.guesses === 0 && !this.#shared) this.#counts.remove(budgetTag);
    return true;
  }

  /** What `inspect` shows of it. */
  inspect(budgetTag: string, now: number): { guesses: number; guessesEndInMs: number } {
    const found = this.#counts.load(budgetTag, now);
    if (found) return { guesses: found.guesses, guessesEndInMs: found.expiresAt - now };
    const guesses = this.#shared?.count(budgetTag, now) ?? 0;
    // At the latest: what is shared has no time of its own.
    return { guesses, guessesEndInMs: guesses === 0 ? 0 : guessMemorySeconds * 1000 };
  }

  /** @throws OtpError `store_unavailable` when that takes a count and there is no room */
  clear(budgetTag: string, now: number): void {
    this.#counts.remove(budgetTag);
    if (!this.#shared?.count(budgetTag, now)) return;
    // The shared counter belongs to others too. A count of its own takes precedence.
    this.#counts.save(budgetTag, { guesses: 0, expiresAt: now + guessMemorySeconds * 1500 }, now);
  }
}
