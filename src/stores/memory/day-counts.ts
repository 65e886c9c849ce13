import { chooseFigures, findRefusal, unitsPerSend, verifiedDays } from '../../core/ladder.js';
import type { LimitName } from '../../core/policy.js';
import { daySeconds } from '../../core/policy.js';
import type { CountVerbs, RefundRequest, SpendRequest, SpendResult, SpendRow } from '../../count-verbs.js';
import type { Clock } from '../../ports.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import type { KeyCounts } from './key-counts.js';
import { PlaceCounts } from './place-counts.js';
import { UnitCounts } from './unit-counts.js';

interface SignIns extends Expiring {
  /** By the number of the day. */
  days: Map<number, number>;
}

interface Refusal {
  limit: LimitName;
  retryAfterMs: number;
}

const dayMs = daySeconds * 1000;
/** More than the number of countries, so nobody can fill it. */
const maxGrowing = 2048;

/**
 * Counts of sends over a day. Without room for another, a count is taken to be used up to its free part, so a flood costs
 * others a human check at most.
 */
export class DayCounts {
  readonly #counts: UnitCounts;
  readonly #growing = new UnitCounts(new ExpiringMap(maxGrowing));
  readonly #signIns = new ExpiringMap<SignIns>(maxGrowing);
  readonly #places: PlaceCounts;
  readonly #hit: CountVerbs['hit'];
  readonly #clock: Clock;

  constructor(maxEntries: number, counts: ExpiringMap<KeyCounts>, hit: CountVerbs['hit'], clock: Clock) {
    this.#counts = new UnitCounts(counts);
    this.#places = new PlaceCounts(maxEntries);
    this.#hit = hit;
    this.#clock = clock;
  }

  /** See `Store.spend`. */
  async spend(request: SpendRequest): Promise<SpendResult> {
    const { slot, rows, place, units = unitsPerSend, isOnSecondStep, isEnforced, hit } = request;
    const answer = hit && (await this.#hit(hit.key, hit.limit, hit.group));
    if (hit && answer?.allowed === false) {
      const { retryAfterMs } = answer;
      return { status: 'limited', limit: hit.limitName, retryAfterMs, isHelpedByCheck: false };
    }
    const now = this.#clock();
    let refusal: Refusal | null = null;
    for (const row of rows) refusal ??= this.#refuse(slot, row, units, isOnSecondStep, now);
    const forPlace = place && !isOnSecondStep ? this.#places.wait(slot, place, now) : 0;
    if (place && forPlace > 0) refusal ??= { limit: place.limit, retryAfterMs: forPlace };
    if (refusal && isEnforced) {
      const fits = (row: SpendRow) => this.#refuse(slot, row, units, true, now) === null;
      return { status: 'limited', ...refusal, isHelpedByCheck: !isOnSecondStep && rows.every(fits) };
    }
    for (const row of rows) {
      const { periodSeconds } = row.ladder;
      const [key, networkKey] = [nameCount(slot, row), nameNetwork(slot, row)];
      this.#tableOf(row).add(key, periodSeconds, units, now);
      if (networkKey !== undefined) this.#counts.add(networkKey, periodSeconds, units, now);
    }
    if (place) this.#places.add(slot, place, units, now);
    return { status: 'counted', atMs: now, exceeded: refusal?.limit };
  }

  /** See `Store.refund`. */
  async refund({ slot, rows, place, atMs, units, isSignIn }: RefundRequest): Promise<void> {
    const now = this.#clock();
    for (const row of rows) {
      const { periodSeconds } = row.ladder;
      const [key, networkKey] = [nameCount(slot, row), nameNetwork(slot, row)];
      this.#tableOf(row).take(key, periodSeconds, units, atMs, now);
      if (networkKey !== undefined) this.#counts.take(networkKey, periodSeconds, units, atMs, now);
      if (row.isGrowing && isSignIn) this.#noteSignIn(key, now);
    }
    if (place) this.#places.take(slot, place, units, atMs, now);
  }

  #tableOf(row: SpendRow): UnitCounts {
    return row.isGrowing ? this.#growing : this.#counts;
  }

  /** What has no room for that much more. */
  #refuse(slot: string, row: SpendRow, units: number, isOnSecondStep: boolean, now: number): Refusal | null {
    const { limit, ladder, isGrowing } = row;
    const { periodSeconds, free } = ladder;
    const table = this.#tableOf(row);
    const [key, networkKey] = [nameCount(slot, row), nameNetwork(slot, row)];
    const figures = chooseFigures(ladder, isOnSecondStep, isGrowing ? this.#findBestDay(key, now) : 0);
    const used = table.sum(key, periodSeconds, free.max, now);
    const withoutRoom = Math.min(free.max, free.networkMax);
    const ofNetwork =
      networkKey === undefined ? undefined : this.#counts.sum(networkKey, periodSeconds, withoutRoom, now);
    const part = findRefusal(figures, used, ofNetwork, units);
    if (part === null) return null;
    const most = ofNetwork === 0 ? figures.freshMax : figures.max;
    const retryAfterMs =
      part === 'network' && networkKey !== undefined
        ? this.#counts.wait(networkKey, periodSeconds, figures.networkMax - units, now)
        : table.wait(key, periodSeconds, most - units, now);
    return { limit, retryAfterMs };
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
}

function nameCount(slot: string, { key }: SpendRow): string {
  return slot === key ? key : `${slot} ${key}`;
}

function nameNetwork(slot: string, row: SpendRow): string | undefined {
  return row.network === undefined ? undefined : `${nameCount(slot, row)} ${row.network}`;
}
