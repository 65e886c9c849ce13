import {
  bucketsPerPeriod,
  countGivenBack,
  type DaySpending,
  findRefusal,
  type ReturnedSend,
  unitsPerSend,
} from '../../core/ladder.js';
import type { DayLimit } from '../../core/policy.js';
import { daySeconds } from '../../core/policy.js';
import type { InspectedCounts } from '../../inspect-verb.js';
import type { Side } from '../../store-verbs.js';

/** A linked list from the newest to the oldest, since most people get one a day: then it is a single object. */
interface DaySend {
  /** A day after its time. */
  expiresAt: number;
  side: Side;
  units: number;
  /** Challenge of its record; '' once that was used. */
  record: string;
  isPaid: boolean;
  network: string | undefined;
  receipt: string;
  earlier: DaySend | undefined;
}

export interface DaySends {
  lastDaySend: DaySend | undefined;
}

interface DayRefusal {
  limit: DayLimit;
  retryAfterMs: number;
  isHelpedByCheck: boolean;
}

const dayMs = daySeconds * 1000;

/** @param at its time, which is also its id */
export function addDaySend(
  sends: DaySends,
  side: Side,
  record: string,
  { isPaid, network, receipt }: DaySpending,
  at: number,
): void {
  const { lastDaySend: earlier } = sends;
  const expiresAt = at + dayMs;
  sends.lastDaySend = { expiresAt, side, units: unitsPerSend, record, isPaid, network, receipt, earlier };
  for (let send: DaySend | undefined = sends.lastDaySend; send; send = send.earlier)
    if (send.earlier && send.earlier.expiresAt <= at) send.earlier = undefined;
}

/**
 * Which limit has no room for one more send; null when it fits.
 *
 * @param canCount whether the store has room to count it. If not, the free part counts as used up
 */
export function findDayRefusal(
  sends: DaySends,
  side: Side,
  day: DaySpending,
  canCount: boolean,
  now: number,
): DayRefusal | null {
  const { ladder, isOnSecondStep, canBeAsked, network } = day;
  let used = canCount ? 0 : ladder.free.max;
  let usedByNetwork = canCount ? 0 : ladder.free.networkMax;
  for (let send = sends.lastDaySend; send && send.expiresAt > now; send = send.earlier) {
    if (send.side !== side) continue;
    used += send.units;
    if (send.network === network) usedByNetwork += send.units;
  }
  const ofNetwork = network === undefined ? undefined : usedByNetwork;
  const part = findRefusal(isOnSecondStep ? ladder.checked : ladder.free, used, ofNetwork);
  if (part === null) return null;
  return {
    limit: part === 'network' ? 'request_network' : 'request_day',
    retryAfterMs: findWait(sends, side, day, used, ofNetwork, now),
    isHelpedByCheck: canBeAsked && !isOnSecondStep && findRefusal(ladder.checked, used, ofNetwork) === null,
  };
}

/** Milliseconds until enough of the sends are forgotten. */
function findWait(
  sends: DaySends,
  side: Side,
  { ladder, isOnSecondStep, network }: DaySpending,
  used: number,
  ofNetwork: number | undefined,
  now: number,
): number {
  const figures = isOnSecondStep ? ladder.checked : ladder.free;
  let [usedLater, ofNetworkLater] = [used, ofNetwork];
  for (const send of listSends(sends, now)) {
    if (send.side !== side) continue;
    usedLater -= send.units;
    if (ofNetworkLater !== undefined && send.network === network) ofNetworkLater -= send.units;
    const waitMs = Math.max(1, Math.floor(send.expiresAt - now));
    if (findRefusal(figures, usedLater, ofNetworkLater) === null) return waitMs;
  }
  return dayMs / bucketsPerPeriod;
}

/** Gives back the sends of a record that was used, but for a fifth of each that cost something. */
export function returnDaySends(sends: DaySends, record: string, now: number): ReturnedSend[] {
  return giveBack(sends, (send) => (send.record === record ? countGivenBack(send.isPaid) : 0), now);
}

/** Gives back the send of this id, unless its record was used. */
export function takeDaySend(sends: DaySends, at: number, now: number): ReturnedSend | undefined {
  const isMeant = (send: DaySend) => send.expiresAt === at + dayMs && send.record !== '';
  return giveBack(sends, (send) => (isMeant(send) ? send.units : 0), now)[0];
}

/** @param countUnits how much a send gives back; one that gives back all is removed */
function giveBack(sends: DaySends, countUnits: (send: DaySend) => number, now: number): ReturnedSend[] {
  const returned: ReturnedSend[] = [];
  const all = listSends(sends, now);
  sends.lastDaySend = undefined;
  for (const send of all) {
    const units = countUnits(send);
    if (units > 0) returned.push({ network: send.network, receipt: send.receipt, units });
    if (units > 0) send.record = '';
    send.units -= units;
    if (send.units === 0) continue;
    send.earlier = sends.lastDaySend;
    sends.lastDaySend = send;
  }
  return returned;
}

/** What `inspect` shows of it. */
export function inspectDaySends(sends: DaySends, side: Side, now: number): Pick<InspectedCounts, 'day'> {
  const counted = listSends(sends, now).filter((send) => send.side === side);
  const [oldest] = counted;
  if (!oldest) return {};
  const units = counted.reduce((sum, send) => sum + send.units, 0);
  return { day: { sends: Math.ceil(units / unitsPerSend), endsInMs: Math.floor(oldest.expiresAt - now) } };
}

/** Those that still count, oldest first. */
function listSends({ lastDaySend }: DaySends, now: number): DaySend[] {
  const sends: DaySend[] = [];
  for (let send = lastDaySend; send && send.expiresAt > now; send = send.earlier) sends.unshift(send);
  return sends;
}
