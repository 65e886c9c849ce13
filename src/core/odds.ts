import { identityLadder, unitsPerSend } from './ladder.js';
import {
  daySeconds,
  guessMemorySeconds,
  limitPeriodsPerDay,
  longAttempts,
  type Policy,
  refusedSends,
} from './policy.js';

export interface GuessingPolicy
  extends Pick<
    Policy,
    'digits' | 'longDigits' | 'lengthenAfter' | 'maxAttempts' | 'requestIdentityMax' | 'resendCooldownSeconds'
  > {
  /** Whether sends are limited over a day. */
  hasDayBudgets: boolean;
}

/** Above this, production refuses to start. */
export const maxYearlyOdds = 1e-2;

export const yearDays = 365;
export const yearSeconds = yearDays * daySeconds;

/**
 * Counts the guesses, at short and at long codes, that the limits allow at one identity in a year. Every message opens a bound
 * code with attempts of its own, so the limit of sends decides; that of verifies holds for unbound codes only. Refused
 * messages that are given back come on top: their codes can be guessed at until the refusal arrives.
 *
 * @param storeLifeSeconds how long the store lasts until it loses everything, counts included. Default: forever
 */
export function countGuessesInYear(policy: GuessingPolicy, storeLifeSeconds = Number.POSITIVE_INFINITY) {
  const { lengthenAfter, maxAttempts } = policy;
  // If a year begins and ends in the middle of the store's life, it touches two more lives than it contains in full.
  const isNeverLost = storeLifeSeconds === Number.POSITIVE_INFINITY;
  const lives = isNeverLost ? 1 : Math.floor(yearSeconds / storeLifeSeconds) + 2;
  const { inDay, atOnce } = countSends(policy);
  const refused = refusedSends[1].max * (yearDays + lives - 1);
  const sends = inDay * yearDays + atOnce * (lives - 1) + refused;
  if (lengthenAfter === 0) return { short: sends * maxAttempts, long: 0 };
  // A period of the guess count starts with its first guess. If that guess falls just before the year, the rest of the
  // period's guesses fall into the year.
  const before = isNeverLost ? lengthenAfter - 1 : 0;
  const periods = Math.ceil(Math.min(yearSeconds, storeLifeSeconds) / guessMemorySeconds);
  const short = Math.min(lengthenAfter * periods * lives + before, sends * maxAttempts);
  return { short, long: sends * Math.min(maxAttempts, longAttempts) };
}

/** Guesses in a year for a budget of this size, which restarts with the first guess after its period. */
export function countPeriodicGuesses(budget: number): number {
  return budget * Math.ceil(yearSeconds / guessMemorySeconds) + budget - 1;
}

/** Sends to one identity in a day, as far as the rolling limit and the cooldown allow. */
export function countSendsInDay({ requestIdentityMax, resendCooldownSeconds }: GuessingPolicy): number {
  const cooledDown =
    resendCooldownSeconds === 0 ? Number.POSITIVE_INFINITY : Math.ceil(daySeconds / resendCooldownSeconds);
  return Math.min(requestIdentityMax * limitPeriodsPerDay, cooledDown);
}

/** Sends to one identity that are not given back: in a day, and without waiting. */
function countSends(policy: GuessingPolicy) {
  const { requestIdentityMax, hasDayBudgets } = policy;
  const inDay = countSendsInDay(policy);
  if (!hasDayBudgets) return { inDay, atOnce: Math.min(requestIdentityMax, inDay) };
  const { max, freshMax } = identityLadder.checked;
  const bounded = Math.min(inDay, Math.max(max, freshMax) / unitsPerSend);
  return { inDay: bounded, atOnce: bounded };
}

/** The probability that a year of guessing at one identity succeeds. */
export function computeYearlyOdds(policy: GuessingPolicy, storeLifeSeconds?: number): number {
  const { short, long } = countGuessesInYear(policy, storeLifeSeconds);
  return computeOdds([
    [short, 10 ** -policy.digits],
    [long, 10 ** -policy.longDigits],
  ]);
}

/** The probability that at least one try succeeds, for counts of tries with the probability of each. */
export function computeOdds(tries: readonly (readonly [count: number, odds: number])[]): number {
  // With logarithms: a double has too little precision for 1 - 1e-10.
  const logOfNone = tries.reduce((sum, [count, odds]) => sum + count * Math.log1p(-odds), -0);
  return -Math.expm1(logOfNone);
}
