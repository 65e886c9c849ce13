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

/**
 * One send. A list from the newest to the oldest, since most people get one a day: then it is a single object.
 * `expiresAt` is a day after its time.
 */
interface DaySend extends Expiring {
  side: Side;
  units: number;
  /** Challenge of its record; '' once that was used. */
  record: string;
  isPaid: boolean;
  network: string | undefined;
  receipt: string;
  older: DaySend | undefined;
}

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
  /** The newest of each budget. */
  readonly #newest: ExpiringMap<DaySend>;

  constructor(maxEntries: number) {
    this.#newest = new ExpiringMap(maxEntries);
  }

  /** What has no room for one more send; null when it fits. */
  refuse(budgetTag: string, side: Side, day: DaySpending, now: number): DayRefusal | null {
    const { ladder, isOnSecondStep, canBeAsked, network } = day;
    const figures = isOnSecondStep ? ladder.checked : ladder.free;
    const newest = this.#load(budgetTag, now);
    const hasRoom = newest !== undefined || this.#newest.hasRoom(now);
    let used = hasRoom ? 0 : ladder.free.max;
    let ofNetwork = network === undefined ? undefined : hasRoom ? 0 : ladder.free.networkMax;
    for (let send = newest; send; send = send.older) {
      if (send.side !== side) continue;
      used += send.units;
      if (ofNetwork !== undefined && send.network === network) ofNetwork += send.units;
    }
    const part = findRefusal(figures, used, ofNetwork);
    if (part === null) return null;
    const isHelped = canBeAsked && !isOnSecondStep && findRefusal(ladder.checked, used, ofNetwork) === null;
    return {
      limit: part === 'network' ? 'request_network' : 'request_day',
      retryAfterMs: findWait(listSends(newest, side), day, used, ofNetwork, now),
      isHelpedByCheck: isHelped,
    };
  }

  /** @param at its time, which is also its id */
  add(budgetTag: string, side: Side, challenge: string, day: DaySpending, at: number, now: number): void {
    const older = this.#load(budgetTag, now);
    if (!older && !this.#newest.hasRoom(now)) return;
    const { isPaid, network, receipt } = day;
    const expiresAt = at + dayMs;
    const send = { expiresAt, side, units: unitsPerSend, record: challenge, isPaid, network, receipt, older };
    this.#newest.save(budgetTag, send, now);
  }

  /** Gives back the sends of a record that was used, but for a fifth of each that cost something. */
  takeRecord(budgetTag: string, challenge: string, now: number): ReturnedSend[] {
    const returned: ReturnedSend[] = [];
    for (let send = this.#load(budgetTag, now); send; send = send.older) {
      if (send.record !== challenge) continue;
      const units = countGivenBack(send.isPaid);
      send.units -= units;
      send.record = '';
      returned.unshift({ network: send.network, receipt: send.receipt, units });
    }
    if (returned.length > 0) this.#keep(budgetTag, ({ units }) => units > 0, now);
    return returned;
  }

  /** Gives back a send of this id. */
  take(budgetTag: string, side: Side, at: number, now: number): ReturnedSend | undefined {
    const sends = listSends(this.#load(budgetTag, now), side);
    const send = sends.find((other) => other.expiresAt === at + dayMs && other.record !== '');
    if (!send) return undefined;
    this.#keep(budgetTag, (other) => other !== send, now);
    return { network: send.network, receipt: send.receipt, units: send.units };
  }

  clear(budgetTag: string): void {
    this.#newest.remove(budgetTag);
  }

  /** What `inspect` shows of it. */
  inspect(budgetTag: string, side: Side, now: number): Pick<InspectedCounts, 'day'> {
    const sends = listSends(this.#load(budgetTag, now), side);
    const [oldest] = sends;
    if (!oldest) return {};
    const units = sends.reduce((sum, send) => sum + send.units, 0);
    return { day: { sends: Math.ceil(units / unitsPerSend), endsInMs: Math.floor(oldest.expiresAt - now) } };
  }

  /** The newest, without what is older than a day. */
  #load(budgetTag: string, now: number): DaySend | undefined {
    const newest = this.#newest.load(budgetTag, now);
    for (let send = newest; send?.older; send = send.older)
      if (send.older.expiresAt <= now) send.older = undefined;
    return newest;
  }

  #keep(budgetTag: string, stays: (send: DaySend) => boolean, now: number): void {
    let newest: DaySend | undefined;
    let last: DaySend | undefined;
    for (let send = this.#load(budgetTag, now); send; send = send.older) {
      if (!stays(send)) continue;
      if (last) last.older = send;
      newest ??= send;
      last = send;
    }
    if (!newest || !last) {
      this.#newest.remove(budgetTag);
      return;
    }
    last.older = undefined;
    this.#newest.save(budgetTag, newest, now);
  }
}

/** Those of one side, oldest first. */
function listSends(newest: DaySend | undefined, side: Side): DaySend[] {
  const sends: DaySend[] = [];
  for (let send = newest; send; send = send.older) if (send.side === side) sends.unshift(send);
  return sends;
}

/** Milliseconds until enough of these are forgotten. */
function findWait(
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
    const waitMs = Math.max(1, Math.floor(send.expiresAt - now));
    if (findRefusal(figures, usedLater, ofNetworkLater) === null) return waitMs;
  }
  return dayMs / bucketsPerPeriod;
}
