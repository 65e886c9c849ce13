import { type Channel, daySeconds } from './policy.js';

/**
 * What sends are counted in. A verified send of a paid channel still counts for one of these: fraudsters own numbers and can
 * type codes.
 */
export const unitsPerSend = 5;

/** No figure is higher. */
const unlimited = 2 ** 50;

/** The figures of one step of a ladder, in units. */
export interface Figures {
  max: number;
  /** As `max`, for a network that has sent nothing yet. */
  freshMax: number;
  /** How much one network may send, once all of them have sent `networkFrom`. */
  networkMax: number;
  networkFrom: number;
}

/** A limit with two steps: what is free, and what takes a human check. Beyond the second step, it refuses. */
export interface Ladder {
  /** The rolling period, which is counted in `bucketsPerPeriod` parts. */
  periodSeconds: number;
  free: Figures;
  checked: Figures;
}

/**
 * How a store counts a send to an identity over a day, when it opens a record.
 *
 * A send counts `unitsPerSend`, for a day from its own time, among those of its side of the budget and, of these, among those of
 * its `network`. `findRefusal` decides whether one more fits, and names what has no room: `all` is the limit `request_day`,
 * `network` is `request_network`.
 *
 * `consume` gives back the sends of its record, each with what `countGivenBack` tells; the rest counts until its day is over.
 * `release` gives back the send that it names, in full, unless the record of that was consumed. Both happen once.
 */
export interface DaySpending {
  ladder: Ladder;
  /** Whether the figures `checked` of the ladder hold, or `free`. */
  isOnSecondStep: boolean;
  /** Whether the caller can still be asked for a human check. */
  canBeAsked: boolean;
  /** Whether it refuses; otherwise the answer says what would have been refused. */
  isEnforced: boolean;
  isPaid: boolean;
  /** Network of the caller; undefined where networks do not count. */
  network: string | undefined;
  /** What was counted elsewhere; it comes back with the send. */
  receipt: string;
}

/** A send that no longer counts for its identity, or no longer as much. */
export interface ReturnedSend {
  network: string | undefined;
  receipt: string;
  units: number;
  /** When it was sent: ms by the store's clock. Only from a store that `countsTogether`. */
  atMs?: number | undefined;
}

/** How many parts a period is counted in. All sends of one part are forgotten together: up to one part late, never early. */
export const bucketsPerPeriod = 24;

/** The limit of an IPv6 /48, as a multiple of the limit of a /64. A /48 holds 65 536 of them and is often free to get. */
export const networksPerSite = 16;

/** Figures in whole sends; networks do not count unless they are given a part. */
type Sends = Pick<Figures, 'max'> & Partial<Figures>;

function toFigures({ max, freshMax = max, networkMax = unlimited, networkFrom = 0 }: Sends): Figures {
  const toUnits = (sends: number) => Math.min(unlimited, Math.floor(sends * unitsPerSend));
  return {
    max: toUnits(max),
    freshMax: toUnits(freshMax),
    networkMax: toUnits(networkMax),
    networkFrom: toUnits(networkFrom),
  };
}

export function createLadder(periodSeconds: number, free: Sends, checked: Sends): Ladder {
  return { periodSeconds, free: toFigures(free), checked: toFigures(checked) };
}

/** Unverified sends to one person. */
export const identityLadder = createLadder(
  daySeconds,
  { max: 10, networkMax: 5 },
  { max: 20, networkMax: 8, freshMax: 30 },
);

const [addressMax, checkedAddressMax] = [100, 400];

/** Of one caller: an IPv4 address, or the /64 of an IPv6 address. */
export const addressLadder = createLadder(daySeconds, { max: addressMax }, { max: checkedAddressMax });

/** Of the /48 around it. */
export const siteLadder = createLadder(
  daySeconds,
  { max: addressMax * networksPerSite },
  { max: checkedAddressMax * networksPerSite },
);

/** To neighbouring numbers: those that differ in the last four digits. */
export const prefixLadder = createLadder(
  3600,
  { max: 20, networkMax: 5, networkFrom: 10 },
  { max: 60, networkMax: 15, networkFrom: 10 },
);

/** Sends that a country gets, however few were verified there. */
export const defaultCountryFloor = 100;

/** To the numbers of one country. All figures grow with its best verified day. */
export function createCountryLadder(floor: number): Ladder {
  const share = (max: number) => ({ max, networkFrom: max / 2, networkMax: Math.max(1, max / 10) });
  return createLadder(daySeconds, share(floor), share(floor * 3));
}

/** Countries that one caller may send to in a day before each further one takes a human check. */
export const freeCountries = 3;
/** Days whose verified sign-ins raise the figures of a country. */
export const verifiedDays = 14;

/** Messages of one installation on paid channels. They are counted whether or not their codes are used: each is on the bill. */
export function createPaidLadder(max: number): Ladder {
  return createLadder(daySeconds, { max }, { max });
}

/** Attempts at short codes that unknown browsers may have open; one unit is one attempt. */
export function createShortOpenLadder(max: number): Ladder {
  return createLadder(3600, { max: max / unitsPerSend }, { max: max / unitsPerSend });
}

/** The share of the messages on paid channels that strangers may use up. */
export const strangersPart = 3 / 4;

/** Channels on which each message costs money. */
export const paidChannels: ReadonlySet<Channel> = new Set(['sms', 'whatsapp', 'voice']);

/**
 * Whether the second step of a ladder applies: after a human check, and by mail also to callers that cannot be asked for
 * one.
 */
export function isOnSecondStep(
  channel: Channel,
  { isChecked, canBeAsked }: { isChecked: boolean; canBeAsked: boolean },
): boolean {
  return isChecked || (!canBeAsked && !paidChannels.has(channel));
}

/** Units of a send that a sign-in gives back. */
export function countGivenBack(isPaid: boolean): number {
  return isPaid ? unitsPerSend - 1 : unitsPerSend;
}

/** The figures of the step that applies, raised to what was verified on the best day. */
export function chooseFigures(ladder: Ladder, isOnSecondStep: boolean, bestDay = 0): Figures {
  const figures = isOnSecondStep ? ladder.checked : ladder.free;
  const growth = (bestDay * unitsPerSend) / ladder.free.max;
  if (growth <= 1) return figures;
  return {
    max: figures.max * growth,
    freshMax: figures.freshMax * growth,
    networkMax: figures.networkMax * growth,
    networkFrom: figures.networkFrom * growth,
  };
}

/**
 * Whether so many more units fit. Every limit over a period is decided here.
 *
 * @param used by everyone
 * @param usedByNetwork by the network of the caller; undefined when that does not count
 * @returns what has no room: the row as a whole, or the part of the network; null when it fits
 */
export function findRefusal(
  { max, freshMax, networkMax, networkFrom }: Figures,
  used: number,
  usedByNetwork: number | undefined,
  units = unitsPerSend,
): 'all' | 'network' | null {
  if (used + units > (usedByNetwork === 0 ? freshMax : max)) return 'all';
  if (usedByNetwork === undefined || used < networkFrom) return null;
  return usedByNetwork + units > networkMax ? 'network' : null;
}
