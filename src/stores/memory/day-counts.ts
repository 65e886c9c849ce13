import { chooseFigures, daySeconds, findRefusal, unitsPerSend, verifiedDays } from '../../core/ladder.js';
import type { LimitName } from '../../core/policy.js';
import type { RefundRequest, SpendPlace, SpendRequest, SpendResult, SpendRow } from '../../count-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addUnits, findEnd, type PartCounts, sumUnits, takeUnits, waitForUnits } from './part-counts.js';

interface Count extends Expiring {
  parts: PartCounts;
}

interface SignIns extends Expiring {
  /** By the number of the day. */
  days: Map<number, number>;
}

interface Places extends Expiring {
  /** In the order of their first sends that still count. */
  places: Map<string, PartCounts>;
}

const dayMs = daySeconds * 1000;
/** More than the number of countries, so nobody can fill it. */
const maxGrowing = 2048;

/** What a row has counted. */
interface Found {
  row: SpendRow;
  key: string;
  networkKey: string | undefined;
  all: Count | undefined;
  ofNetwork: Count | undefined;
  used: number;
  /** Undefined where networks do not count. */
  usedByNetwork: number | undefined;
  bestDay: number;
}

interface Refusal {
  limit: LimitName;
  retryAfterMs: number;
}

interface Given {
  units: number;
  atMs: number;
}

/**
 * Counts of sends over a day. Without room for another, a count is taken to be used up to its free part, so a flood costs
 * others a human check at most.
 */
export class DayCounts {
  readonly #counts: ExpiringMap<Count>;
  readonly #growing = new ExpiringMap<Count>(maxGrowing);
  readonly #signIns = new ExpiringMap<SignIns>(maxGrowing);
  readonly #places: ExpiringMap<Places>;

  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
    this.#places = new ExpiringMap(maxEntries);
  }

  /** See `Store.spend`; without the hit. */
  spend(request: SpendRequest, now: number): SpendResult {
    const { slot, rows, place, units = unitsPerSend, isOnSecondStep, isEnforced } = request;
    const found: Found[] = [];
    let refusal: Refusal | null = null;
    for (const row of rows) {
      const one = this.#find(slot, row, now);
      refusal ??= refuse(one, units, isOnSecondStep, now);
      found.push(one);
    }
    if (place && !isOnSecondStep) refusal ??= this.#refusePlace(slot, place, now);
    if (refusal && isEnforced) {
      const isHelpedByCheck = !isOnSecondStep && found.every((one) => refuse(one, units, true, now) === null);
      return { status: 'limited', ...refusal, isHelpedByCheck };
    }
    for (const { row, key, networkKey, all, ofNetwork } of found) {
      add(this.#tableOf(row), key, all, row, units, now);
      if (networkKey !== undefined) add(this.#counts, networkKey, ofNetwork, row, units, now);
    }
    if (place) this.#addPlace(slot, place, units, now);
    return { status: 'counted', atMs: now, exceeded: refusal?.limit };
  }

  /** See `Store.refund`. */
  refund({ slot, rows, place, atMs, units, isSignIn }: RefundRequest, now: number): void {
    for (const row of rows) {
      const [key, networkKey] = [nameCount(slot, row), nameNetwork(slot, row)];
      take(this.#tableOf(row), key, row, { units, atMs }, now);
      if (networkKey !== undefined) take(this.#counts, networkKey, row, { units, atMs }, now);
      if (row.isGrowing && isSignIn) this.#noteSignIn(key, now);
    }
    if (place) this.#takePlace(slot, place, { units, atMs }, now);
  }

  #tableOf(row: SpendRow): ExpiringMap<Count> {
    return row.isGrowing ? this.#growing : this.#counts;
  }

  #find(slot: string, row: SpendRow, now: number): Found {
    const { periodSeconds, free } = row.ladder;
    const [key, networkKey] = [nameCount(slot, row), nameNetwork(slot, row)];
    const table = this.#tableOf(row);
    const all = table.load(key, now);
    const ofNetwork = networkKey === undefined ? undefined : this.#counts.load(networkKey, now);
    const used = all ? sumUnits(all.parts, periodSeconds, now) : table.hasRoom(now) ? 0 : free.max;
    let usedByNetwork: number | undefined;
    if (networkKey !== undefined) {
      const byNetwork = this.#counts.hasRoom(now) ? 0 : Math.min(free.max, free.networkMax);
      usedByNetwork = ofNetwork ? sumUnits(ofNetwork.parts, periodSeconds, now) : byNetwork;
    }
    const bestDay = row.isGrowing ? this.#findBestDay(key, now) : 0;
    return { row, key, networkKey, all, ofNetwork, used, usedByNetwork, bestDay };
  }

  #findBestDay(key: string, now: number): number {
    const first = Math.floor(now / dayMs) - verifiedDays;
    let best = 0;
    for (const [day, count] of this.#signIns.load(key, now)?.days ?? [])
      if (day > first) best = Math.max(best, count);
    return best;
  }

  #noteSignIn(key: string, now: number): void {
    const today = Math.floor(now / dayMs);
    const known = this.#signIns.load(key, now);
    if (!known && !this.#signIns.hasRoom(now)) return;
    const days = known?.days ?? new Map<number, number>();
    days.set(today, (days.get(today) ?? 0) + 1);
    for (const day of days.keys()) if (day <= today - verifiedDays) days.delete(day);
    this.#signIns.save(key, { days, expiresAt: (today + verifiedDays) * dayMs }, now);
  }

  #loadPlaces(slot: string, { key, periodSeconds }: SpendPlace, now: number): Places | undefined {
    const kept = this.#places.load(`${slot} ${key}`, now);
    for (const [place, parts] of kept?.places ?? [])
      if (sumUnits(parts, periodSeconds, now) === 0) kept?.places.delete(place);
    return kept;
  }

  #refusePlace(slot: string, place: SpendPlace, now: number): Refusal | null {
    const known = this.#loadPlaces(slot, place, now);
    if (!known && !this.#places.hasRoom(now)) {
      return { limit: place.limit, retryAfterMs: waitForUnits([], place.periodSeconds, 0, now) };
    }
    const names = [...(known?.places.keys() ?? [])];
    const rank = names.includes(place.place) ? names.indexOf(place.place) : names.length;
    if (rank < place.max) return null;
    const ends = [...(known?.places.values() ?? [])].map((parts) => findEnd(parts, place.periodSeconds));
    return { limit: place.limit, retryAfterMs: Math.min(...ends) - now };
  }

  #addPlace(slot: string, place: SpendPlace, units: number, now: number): void {
    const kept = this.#loadPlaces(slot, place, now);
    if (!kept && !this.#places.hasRoom(now)) return;
    const places = kept?.places ?? new Map<string, PartCounts>();
    const parts = places.get(place.place) ?? [];
    addUnits(parts, place.periodSeconds, units, now);
    places.set(place.place, parts);
    const expiresAt = findEnd(parts, place.periodSeconds);
    this.#places.save(`${slot} ${place.key}`, { places, expiresAt }, now);
  }

  #takePlace(slot: string, place: SpendPlace, { units, atMs }: Given, now: number): void {
    const kept = this.#loadPlaces(slot, place, now);
    const parts = kept?.places.get(place.place);
    if (!kept || !parts) return;
    takeUnits(parts, place.periodSeconds, units, atMs);
    if (parts.length === 0) kept.places.delete(place.place);
    if (kept.places.size === 0) this.#places.remove(`${slot} ${place.key}`);
  }
}

/** What has no room for one more. */
function refuse(found: Found, units: number, isOnSecondStep: boolean, now: number): Refusal | null {
  const { row, all, ofNetwork, used, usedByNetwork, bestDay } = found;
  const figures = chooseFigures(row.ladder, isOnSecondStep, bestDay);
  const part = findRefusal(figures, used, usedByNetwork, units);
  if (part === null) return null;
  const [counts, most] =
    part === 'network'
      ? [ofNetwork, figures.networkMax]
      : [all, usedByNetwork === 0 ? figures.freshMax : figures.max];
  const retryAfterMs = waitForUnits(counts?.parts ?? [], row.ladder.periodSeconds, most - units, now);
  return { limit: row.limit, retryAfterMs };
}

/** @param known what the table has under this key */
function add(
  table: ExpiringMap<Count>,
  key: string,
  known: Count | undefined,
  { ladder }: SpendRow,
  units: number,
  now: number,
): void {
  if (!known && !table.hasRoom(now)) return;
  const parts = known?.parts ?? [];
  addUnits(parts, ladder.periodSeconds, units, now);
  const expiresAt = findEnd(parts, ladder.periodSeconds);
  if (known) known.expiresAt = expiresAt;
  else table.save(key, { parts, expiresAt }, now);
}

function take(table: ExpiringMap<Count>, key: string, { ladder }: SpendRow, given: Given, now: number): void {
  const count = table.load(key, now);
  if (!count) return;
  takeUnits(count.parts, ladder.periodSeconds, given.units, given.atMs);
  if (count.parts.length === 0) table.remove(key);
}

function nameCount(slot: string, { key }: SpendRow): string {
  return slot === key ? key : `${slot} ${key}`;
}

function nameNetwork(slot: string, row: SpendRow): string | undefined {
  return row.network === undefined ? undefined : `${nameCount(slot, row)} ${row.network}`;
}
