import type { SpendPlace } from '../../count-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addUnits, findEnd, type PartCounts, sumUnits, takeUnits, waitForUnits } from './part-counts.js';

interface Places extends Expiring {
  /** In the order of their first sends that still count. */
  places: Map<string, PartCounts>;
}

/** The different places that each caller sends to. Without room for another caller, its first place needs a check. */
export class PlaceCounts {
  readonly #callers: ExpiringMap<Places>;

  constructor(maxEntries: number) {
    this.#callers = new ExpiringMap(maxEntries);
  }

  /** Milliseconds until the place needs no check; 0 if it needs none. */
  wait(slot: string, { key, place, max, periodSeconds }: SpendPlace, now: number): number {
    const places = this.#load(slot, key, periodSeconds, now);
    if (!places && !this.#callers.hasRoom(now)) return waitForUnits([], periodSeconds, 0, now);
    const names = [...(places?.keys() ?? [])];
    const rank = names.includes(place) ? names.indexOf(place) : names.length;
    if (rank < max) return 0;
    const ends = [...(places?.values() ?? [])].map((parts) => findEnd(parts, periodSeconds));
    return Math.min(...ends) - now;
  }

  add(slot: string, { key, place, periodSeconds }: SpendPlace, units: number, now: number): void {
    const known = this.#load(slot, key, periodSeconds, now);
    if (!known && !this.#callers.hasRoom(now)) return;
    const places = known ?? new Map<string, PartCounts>();
    const parts = addUnits(places.get(place), periodSeconds, units, now);
    places.set(place, parts);
    this.#callers.save(`${slot} ${key}`, { places, expiresAt: findEnd(parts, periodSeconds) }, now);
  }

  /** @param atMs when they were added */
  take(
    slot: string,
    { key, place, periodSeconds }: SpendPlace,
    units: number,
    atMs: number,
    now: number,
  ): void {
    const places = this.#load(slot, key, periodSeconds, now);
    const parts = places?.get(place);
    if (!places || !parts) return;
    takeUnits(parts, periodSeconds, units, atMs);
    if (parts.length === 0) places.delete(place);
    if (places.size === 0) this.#callers.remove(`${slot} ${key}`);
  }

  #load(slot: string, key: string, periodSeconds: number, now: number): Map<string, PartCounts> | undefined {
    const places = this.#callers.load(`${slot} ${key}`, now)?.places;
    for (const [place, parts] of places ?? [])
      if (sumUnits(parts, periodSeconds, now) === 0) places?.delete(place);
    return places;
  }
}
