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

  count(identityTag: string, { after, memorySeconds }: Lengthening, now: number): void {
    if (after === 0) return;
    const known = this.#counts.load(identityTag, now);
    if (known) known.guesses += 1;
    else if (this.#counts.hasRoom(now)) {
      this.#counts.save(identityTag, { guesses: 1, expiresAt: now + memorySeconds * 1000 }, now);
    }
  }

  takeBack(identityTag: string, now: number): void {
    const count = this.#counts.load(identityTag, now);
    if (!count) return;
    count.guesses -= 1;
    if (count.guesses === 0) this.#counts.remove(identityTag);
  }
}
