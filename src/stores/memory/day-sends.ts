import {
  bucketsPerPeriod,
  countGivenBack,
  type DaySpending,
  daySeconds,
  findRefusal,
  type ReturnedSend,
  unitsPerSend,
} from '../../core/ladder.js';
import type { DayLimit } from '../../core/policy.js';
import type { InspectedCounts } from '../../inspect-verb.js';
import type { Side } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface DaySend {
  /** Its time, which is also its id. */
  at: number;
  units: number;
  /** Challenge of its record; '' once that was used. */
  record: string;
  isPaid: boolean;
  network: string | undefined;
  receipt: string;
}

/** Oldest first. */
interface DayOf extends Expiring {
  unknown: DaySend[];
  /** Shared while it is empty: most people have no known browser. */
  known: DaySend[];
}

const noSends: DaySend[] = [];

export interface DayRefusal {
  limit: DayLimit;
  retryAfterMs: number;
  isHelpedByCheck: boolean;
}

const dayMs = daySeconds * 1000;

/**
 * The sends of a day to the identities of each budget. Without room for another, they are taken to be used up to the free part.
 */
export class DaySends {
  readonly #days: ExpiringMap<DayOf>;

  constructor(maxEntries: number) {
    this.#days = new ExpiringMap(maxEntries);
  }

  /** What has no room for one more send; null when it fits. */
  refuse(budgetTag: string, side: Side, day: DaySpending, now: number): DayRefusal | null {
    const { ladder, isOnSecondStep, canBeAsked, network } = day;
    const figures = isOnSecondStep ? ladder.checked : ladder.free;
    const kept = this.#load(budgetTag, now);
    const hasRoom = kept !== undefined || this.#days.hasRoom(now);
    const sends = kept?.[side] ?? noSends;
    // The usual case: that few fit however they are spread.
    if (hasRoom && (sends.length + 1) * unitsPerSend <= Math.min(figures.max, figures.networkMax))
      return null;
    let used = hasRoom ? 0 : ladder.free.max;
    let ofNetwork = network === undefined ? undefined : hasRoom ? 0 : ladder.free.networkMax;
    for (const send of sends) {
      used += send.units;
      if (ofNetwork !== undefined && send.network === network) ofNetwork += send.units;
    }
    const part = findRefusal(figures, used, ofNetwork);
    if (part === null) return null;
    const isHelped = canBeAsked && !isOnSecondStep && findRefusal(ladder.checked, used, ofNetwork) === null;
    return {
      limit: part === 'network' ? 'request_network' : 'request_day',
      retryAfterMs: this.#findWait(sends, day, used, ofNetwork, now),
      isHelpedByCheck: isHelped,
    };
  }

  add(budgetTag: string, side: Side, challenge: string, day: DaySpending, at: number, now: number): void {
    const known = this.#load(budgetTag, now);
    if (!known && !this.#days.hasRoom(now)) return;
    const { isPaid, network, receipt } = day;
    const send = { at, units: unitsPerSend, record: challenge, isPaid, network, receipt };
    const expiresAt = now + dayMs;
    if (known) {
      known[side] = [...known[side], send];
      known.expiresAt = expiresAt;
      return;
    }
    const sends = [send];
    const first =
      side === 'known'
        ? { unknown: noSends, known: sends, expiresAt }
        : { unknown: sends, known: noSends, expiresAt };
    this.#days.save(budgetTag, first, now);
  }

  /** Gives back the sends of a record that was used, but for a fifth of each that cost something. */
  takeRecord(budgetTag: string, challenge: string, now: number): ReturnedSend[] {
    const kept = this.#load(budgetTag, now);
    const returned: ReturnedSend[] = [];
    for (const side of ['unknown', 'known'] as const) {
      for (const send of kept?.[side] ?? []) {
        if (send.record !== challenge) continue;
        const units = countGivenBack(send.isPaid);
        send.units -= units;
        send.record = '';
        returned.push({ network: send.network, receipt: send.receipt, units });
      }
    }
    if (kept && returned.length > 0) this.#drop(budgetTag, kept, ({ units }) => units > 0);
    return returned;
  }

  /** Gives back a send of this id. */
  take(budgetTag: string, side: Side, at: number, now: number): ReturnedSend | undefined {
    const kept = this.#load(budgetTag, now);
    const send = kept?.[side].find((other) => other.at === at && other.record !== '');
    if (!kept || !send) return undefined;
    this.#drop(budgetTag, kept, (other) => other !== send);
    return { network: send.network, receipt: send.receipt, units: send.units };
  }

  clear(budgetTag: string): void {
    this.#days.remove(budgetTag);
  }

  /** What `inspect` shows of it. */
  inspect(budgetTag: string, side: Side, now: number): Pick<InspectedCounts, 'day'> {
    const sends = this.#load(budgetTag, now)?.[side] ?? [];
    const [first] = sends;
    if (!first) return {};
    const units = sends.reduce((sum, send) => sum + send.units, 0);
    return { day: { sends: Math.ceil(units / unitsPerSend), endsInMs: Math.floor(first.at + dayMs - now) } };
  }

  /** Without what is older than a day. */
  #load(budgetTag: string, now: number): DayOf | undefined {
    const kept = this.#days.load(budgetTag, now);
    if (!kept) return undefined;
    kept.unknown = dropOld(kept.unknown, now);
    kept.known = dropOld(kept.known, now);
    return kept;
  }

  #drop(budgetTag: string, kept: DayOf, stays: (send: DaySend) => boolean): void {
    kept.unknown = kept.unknown.filter(stays);
    kept.known = kept.known.filter(stays);
    if (kept.unknown.length + kept.known.length === 0) this.#days.remove(budgetTag);
  }

  /** Milliseconds until enough of these are forgotten. */
  #findWait(
    sends: readonly DaySend[],
    { ladder, isOnSecondStep, network }: DaySpending,
    used: number,
    ofNetwork: number | undefined,
    now: number,
  ): number {
    const figures = isOnSecondStep ? ladder.checked : ladder.free;
    let [usedLater, ofNetworkLater] = [used, ofNetwork];
    for (const send of sends) {
      usedLater -= send.units;
      if (ofNetworkLater !== undefined && send.network === network) ofNetworkLater -= send.units;
      const waitMs = Math.max(1, Math.floor(send.at + dayMs - now));
      if (findRefusal(figures, usedLater, ofNetworkLater) === null) return waitMs;
    }
    return dayMs / bucketsPerPeriod;
  }
}

function dropOld(sends: DaySend[], now: number): DaySend[] {
  const [first] = sends;
  return first === undefined || first.at + dayMs > now ? sends : sends.filter(({ at }) => at + dayMs > now);
}
