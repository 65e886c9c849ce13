import type { Lengthening } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface GuessCount extends Expiring {
  guesses: number;
}

/** How many guesses that were not right each identity has against it, kept from the first for a fixed time. */
export class GuessCounts {
  readonly #counts: ExpiringMap<GuessCount>;

  /** @param maxEntries how many identities may have a count at once */
  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
  }

  /** Whether codes must be long. A count that there is no room to keep is as good as reached. */
  haveReached(identityTag: string, { after }: Lengthening, now: number): boolean {
    if (after === 0) return false;
    const count = this.#counts.load(identityTag, now);
    return count ? count.guesses >= after : !this.#counts.hasRoom(now);
  }

  count(identityTag: string, { after, memorySeconds }: Lengthening, now: number): void {
    if (after === 0) return;
    const count = this.#counts.load(identityTag, now) ?? {
      guesses: 0,
      expiresAt: now + memorySeconds * 1000,
    };
    count.guesses += 1;
    this.#counts.save(identityTag, count, now);
  }

  takeBack(identityTag: string, now: number): void {
    const count = this.#counts.load(identityTag, now);
    if (!count) return;
    count.guesses -= 1;
    if (count.guesses === 0) this.#counts.remove(identityTag);
  }
}
