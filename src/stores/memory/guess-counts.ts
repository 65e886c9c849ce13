import { guessMemorySeconds } from '../../core/policy.js';
import type { Side } from '../../store-verbs.js';
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

  find(budgetTag: string, side: Side, now: number): number {
    const name = nameCount(budgetTag, side);
    return this.#counts.load(name, now)?.guesses ?? this.#shared?.count(name, now) ?? 0;
  }

  /** Adds one. Returns when its period ends, which also names the count that holds it. */
  count(budgetTag: string, side: Side, memorySeconds: number, now: number): number {
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

  /** Takes guesses back from the count of this period; false if that is over. */
  takeBack(budgetTag: string, side: Side, endsAt: number, guesses: number, now: number): boolean {
    if (guesses === 0 || endsAt === 0) return false;
    const name = nameCount(budgetTag, side);
    const count = this.#counts.load(name, now);
    if (!count) return this.#shared?.takeBack(name, endsAt, guesses, now) ?? false;
    if (count.expiresAt !== endsAt) return false;
    count.guesses = Math.max(0, count.guesses - guesses);
    if (count.guesses === 0 && !this.#shared) this.#counts.remove(name);
    return true;
  }
}
