import { identityLadder, paidChannels, unitsPerSend } from './ladder.js';
import { computeYearlyOdds, countSendsInDay, type GuessingPolicy } from './odds.js';
import { boundsShortCodes, type Channel, daySeconds, limitPeriodSeconds } from './policy.js';

export interface ForecastPolicy extends GuessingPolicy {
  /** Those that some transport serves. */
  channels: readonly Channel[];
  /** Whether a caller can be asked for a human check. */
  hasHumanCheck: boolean;
  /** Maximum messages a day on paid channels; undefined: no ceiling. */
  paidDayMax: number | undefined;
  /** Most attempts at short codes that an hour hands out to unknown browsers; undefined: no limit. */
  shortOpenMax: number | undefined;
}

/** The most that strangers can achieve, judging by the limits alone. Null means unbounded. */
export interface Forecast {
  odds: {
    /** The probability that a year of guessing takes over one identity. */
    identityYear: number;
    /** The same if the store loses everything once a week. */
    identityYearStoreLostWeekly: number;
    /** Identities that guessing at all of them takes over in a day, on average. */
    sprayDay: number | null;
  };
  /** Unverified messages in a day: to one mailbox, to one number, and to all numbers. */
  messagesDay: { mailbox: number; number: number; all: number | null };
  /** How long one network keeps a new code from an unknown and from a known browser, in a day. */
  delaySeconds: { unknown: number | null; known: number };
  /** The cheapest way to keep new codes from all unknown browsers of one identity for so many hours. */
  lock: { networks: number; messages: number; hours: number };
}

const weekSeconds = 7 * daySeconds;
const lockHours = 24;

/** What follows from the limits; docs/limits.md has the formulas. */
export function forecast(policy: ForecastPolicy): Forecast {
  const { channels, hasDayBudgets, digits } = policy;
  const shortOpenMax = boundsShortCodes(policy) ? policy.shortOpenMax : undefined;
  const paid = channels.filter((channel) => paidChannels.has(channel));
  return {
    odds: {
      identityYear: computeYearlyOdds(policy),
      identityYearStoreLostWeekly: computeYearlyOdds(policy, weekSeconds),
      sprayDay: shortOpenMax === undefined ? null : shortOpenMax * 24 * 10 ** -digits,
    },
    messagesDay: {
      mailbox: channels.includes('email') ? countDay(policy, false) : 0,
      number: paid.length > 0 ? countDay(policy, true) : 0,
      all: paid.length === 0 ? 0 : hasDayBudgets ? (policy.paidDayMax ?? null) : null,
    },
    delaySeconds: { unknown: hasDayBudgets ? findLongestDelay(policy, paid.length > 0) : null, known: 0 },
    lock: findCheapestLock(policy, paid.length > 0),
  };
}

/** Messages to one identity in a day, from any number of networks. */
function countDay(policy: ForecastPolicy, isCostly: boolean): number {
  const short = countSendsInDay(policy);
  if (!policy.hasDayBudgets) return short;
  const { max, freshMax } = chooseSendFigures(policy, isCostly);
  return Math.min(short, Math.max(max, freshMax));
}

/** The figures of the ladder that decide: paid channels stop at the first if nobody can be asked. */
function chooseSendFigures({ hasHumanCheck }: ForecastPolicy, isCostly: boolean) {
  const { max, freshMax, networkMax } =
    isCostly && !hasHumanCheck ? identityLadder.free : identityLadder.checked;
  return {
    max: max / unitsPerSend,
    freshMax: freshMax / unitsPerSend,
    networkMax: networkMax / unitsPerSend,
  };
}

/** Each time a network fills the ten-minute limit, everyone else must wait; sends left over only add their cooldowns. */
function findLongestDelay(policy: ForecastPolicy, hasPaid: boolean): number {
  const { channels, requestIdentityMax, resendCooldownSeconds: cooldown } = policy;
  const isOnlyPaid = hasPaid && !channels.includes('email');
  const { networkMax } = chooseSendFigures(policy, isOnlyPaid);
  const filled = Math.floor(networkMax / requestIdentityMax);
  const rest = networkMax - filled * requestIdentityMax;
  return filled * Math.max(limitPeriodSeconds, requestIdentityMax * cooldown) + rest * cooldown;
}

function findCheapestLock(policy: ForecastPolicy, hasPaid: boolean): Forecast['lock'] {
  if (!policy.hasDayBudgets) {
    // A caller that has used up one period of ten minutes can be the first to use up the next one.
    return { networks: 1, messages: countDay(policy, false), hours: lockHours };
  }
  const { max, freshMax, networkMax } = chooseSendFigures(policy, hasPaid);
  // Once the identity is at `max`, each further network may still send one message, until `freshMax` is reached.
  const networks = Math.ceil(max / networkMax) + (freshMax - max);
  return { networks, messages: Math.max(max, freshMax), hours: lockHours };
}
