import { guessMemorySeconds, limitPeriodSeconds, longAttempts, type Policy } from './policy.js';

export type GuessingPolicy = Pick<
  Policy,
  'digits' | 'longDigits' | 'lengthenAfter' | 'maxAttempts' | 'requestIdentityMax' | 'resendCooldownSeconds'
>;

/** How many guesses at one identity meet codes of each length in a year. */
export interface YearOfGuesses {
  short: number;
  long: number;
}

/** Above this, an installation does not protect its identities. */
export const maxYearlyOdds = 1e-2;

const yearSeconds = 365 * 24 * 3600;

/**
 * Counts what someone achieves who guesses at one identity for a year as fast as the limits allow. Every message opens a
 * bound code with attempts of its own, so the limit of sends decides; that of verifies holds for unbound codes only.
 *
 * @param storeLifeSeconds how often the store loses everything, counts included. Default: never
 */
export function countGuessesInYear(
  policy: GuessingPolicy,
  storeLifeSeconds = Number.POSITIVE_INFINITY,
): YearOfGuesses {
  const { lengthenAfter, maxAttempts, requestIdentityMax, resendCooldownSeconds } = policy;
  const cooledDown =
    resendCooldownSeconds === 0 ? Number.POSITIVE_INFINITY : yearSeconds / resendCooldownSeconds;
  // A year that begins and ends within a life of the store has parts of two more than it holds in full.
  const lives =
    storeLifeSeconds === Number.POSITIVE_INFINITY ? 1 : Math.floor(yearSeconds / storeLifeSeconds) + 2;
  const limited = requestIdentityMax * (yearSeconds / limitPeriodSeconds + lives - 1);
  const sends = Math.min(limited, Math.ceil(cooledDown) + lives - 1);
  if (lengthenAfter === 0) return { short: sends * maxAttempts, long: 0 };
  // A guess count lives from its first guess on, so a year has room for one more than it holds in full.
  const counts = lives * Math.ceil(Math.min(yearSeconds, storeLifeSeconds) / guessMemorySeconds);
  const short = Math.min(lengthenAfter * counts, sends * maxAttempts);
  return { short, long: Math.max(0, sends * Math.min(maxAttempts, longAttempts) - short) };
}

/** The probability that at least one of these guesses is right. */
export function computeYearlyOdds(policy: GuessingPolicy, storeLifeSeconds?: number): number {
  const { short, long } = countGuessesInYear(policy, storeLifeSeconds);
  // By logarithms: next to 1, a double cannot hold 1e-10.
  return -Math.expm1(
    short * Math.log1p(-(10 ** -policy.digits)) + long * Math.log1p(-(10 ** -policy.longDigits)),
  );
}
