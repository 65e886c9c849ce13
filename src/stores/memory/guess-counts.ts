import type { Lengthening } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface GuessCount extends Expiring {
  guesses: number;
}

/** Wrong guesses per identity, forgotten a fixed time after the first. */
export class GuessCounts {
  readonly #counts: ExpiringMap<GuessCount>;

  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
  }

  /** Whether codes must be long. Fails closed: without room for another count, it counts as reached. */
  haveReached(identityTag: string, { after }: Lengthening, now: number): boolean {
    if (after === 0) return false;
    const count = this.#counts.load(identityTag, now);
    return count ? count.guesses >= after : !this.#counts.hasRoom(now);
  }

  /** Returns when the guess will be forgotten; 0 if it was not counted. */
  count(identityTag: string, { after, memorySeconds }: Lengthening, now: number): number {
    if (after === 0) return 0;
    const known = this.#counts.load(identityTag, now);
    if (known) {
      known.guesses += 1;
      return known.expiresAt;
    }
    if (!this.#counts.hasRoom(now)) return 0;
    const expiresAt = now + memorySeconds * 1000;
    this.#counts.save(identityTag, { guesses: 1, expiresAt }, now);
    return expiresAt;
  }

  clear(identityTag: string): void {
    this.#counts.remove(identityTag);
  }

  /** Takes one guess back, unless it was counted in an earlier period. */
  takeBack(identityTag: string, countedUntil: number | undefined, now: number): void {
    const count = this.#counts.load(identityTag, now);
    if (!count || (countedUntil !== undefined && count.expiresAt !== countedUntil)) return;
    count.guesses -= 1;
    if (count.guesses === 0) this.#counts.remove(identityTag);
  }
}
