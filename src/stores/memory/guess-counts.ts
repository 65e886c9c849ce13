import { guessMemorySeconds } from '../../core/policy.js';
import type { Lengthening } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { SharedCounts } from './shared-counts.js';

interface GuessCount extends Expiring {
  guesses: number;
}

/** In three generations, 24 MB, taken once the table is full. See docs/decisions/0055. */
const sharedCounters = 2 ** 23;

/**
 * Wrong guesses per identity, forgotten a fixed time after the first. Identities without room share hashed counters: so nobody
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
  haveReached(identityTag: string, { after }: Lengthening, now: number): boolean {
    if (after === 0) return false;
    const count = this.#counts.load(identityTag, now);
    return (count?.guesses ?? this.#shared?.count(identityTag, now) ?? 0) >= after;
  }

  /** Returns when the guess will be forgotten, which also names the count that holds it; 0 if it was not counted. */
  count(identityTag: string, { after, memorySeconds }: Lengthening, now: number): number {
    if (after === 0) return 0;
    const known = this.#counts.load(identityTag, now);
    if (known) {
      known.guesses += 1;
      return known.expiresAt;
    }
    // An identity with a shared count keeps it: it must not start again as soon as there is room.
    if (this.#shared?.count(identityTag, now) || !this.#counts.hasRoom(now)) {
      this.#shared ??= new SharedCounts(sharedCounters, guessMemorySeconds);
      return this.#shared.add(identityTag, now);
    }
    const expiresAt = now + memorySeconds * 1000;
    this.#counts.save(identityTag, { guesses: 1, expiresAt }, now);
    return expiresAt;
  }

  inspect(identityTag: string, now: number): { count: number; endsInMs: number } {
    const found = this.#counts.load(identityTag, now);
    if (found) return { count: found.guesses, endsInMs: found.expiresAt - now };
    const count = this.#shared?.count(identityTag, now) ?? 0;
    // At the latest: what is shared has no time of its own.
    return { count, endsInMs: count === 0 ? 0 : guessMemorySeconds * 1000 };
  }

  /** Forgets the guesses of this identity. @throws OtpError `store_unavailable` when that takes a count and there is no room */
  clear(identityTag: string, now: number): void {
    this.#counts.remove(identityTag);
    if (!this.#shared?.count(identityTag, now)) return;
    // The shared counter belongs to others too. A count of its own takes precedence.
    this.#counts.save(identityTag, { guesses: 0, expiresAt: now + guessMemorySeconds * 1500 }, now);
  }

  /** Takes one guess back from the count that holds it; without its name, from one of this identity alone. */
  takeBack(identityTag: string, name: number | undefined, now: number): void {
    const count = this.#counts.load(identityTag, now);
    if (count && (name === undefined || name === count.expiresAt)) {
      count.guesses = Math.max(0, count.guesses - 1);
      if (count.guesses === 0 && !this.#shared) this.#counts.remove(identityTag);
    } else if (name !== undefined) {
      this.#shared?.takeBack(identityTag, name, now);
    }
  }
}
