import type { Forecast } from '../core/forecast.js';
import { computeOdds, yearDays } from '../core/odds.js';
import { limitPeriodsPerDay } from '../core/policy.js';
import { countWindows } from '../core/window.js';
import type { Environment } from '../options/settings.js';
import { sayTakeover } from './say-odds.js';

/** The probability that a day of guessing at one process takes over an identity in `OTP_MODE=window`. */
export function computeWindowOdds(
  config: Pick<Environment, 'OTP_DIGITS' | 'OTP_DRIFT_TOLERANCE' | 'RATE_VERIFY_OTP_MAX'>,
): number {
  const { OTP_DIGITS: digits, OTP_DRIFT_TOLERANCE: drift, RATE_VERIFY_OTP_MAX: max } = config;
  const guesses = max * limitPeriodsPerDay * countWindows(drift);
  return computeOdds([[guesses, 10 ** -digits]]);
}

export function warnOfWindow(config: Environment): string {
  return `OTP_MODE: with window codes exist that nobody has asked for, and work more than once; ${sayTakeover('day', computeWindowOdds(config))} per process`;
}

/** The odds of guessing then, instead of those that follow from challenges. */
export function findWindowOdds(config: Environment): Forecast['odds'] | undefined {
  if (config.OTP_MODE !== 'window') return undefined;
  const day = computeWindowOdds(config);
  const identityYear = computeOdds([[yearDays, day]]);
  return { identityYear, identityYearStoreLostWeekly: identityYear, sprayDay: null };
}
