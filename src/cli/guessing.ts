import { computeOdds, countPeriodicGuesses, maxYearlyOdds } from '../core/odds.js';
import { findEnd, guessesToSwitchOff, type TestIdentity } from '../core/test-identities.js';
import { type Environment, type SettingName, settings } from '../options/settings.js';
import { forecastSettings } from './forecast-settings.js';
import { type Given, sayAllowed } from './say.js';
import { formatOdds, sayTakeover } from './say-odds.js';
import { isStateless } from './stateless.js';

/** Ten times the figure that the documentation promises. */
const warnedYearlyOdds = 1e-3;

/** The most guesses at one test identity in a year. */
const guessesAtTestIdentity = countPeriodicGuesses(guessesToSwitchOff);

const oddsSettings = [
  'OTP_LENGTHEN_AFTER',
  'OTP_LONG_DIGITS',
  'RATE_REQUEST_OTP_MAX',
  'OTP_MAX_ATTEMPTS',
  'OTP_DIGITS',
] as const satisfies readonly SettingName[];

/** The probability that a year of guessing takes over an identity. */
function forecastOdds(config: Environment): number {
  // The odds of `window` are consented to by OTP_ALLOW_UNREQUESTED_CODES.
  return config.OTP_MODE === 'window' ? 0 : forecastSettings(config, []).odds.identityYear;
}

/** The settings that make guessing easy: those that do so by themselves, or else all that were changed. */
function findPoorSettings(config: Environment, limit: number): SettingName[] {
  const changed = oddsSettings.filter((name) => config[name] !== settings[name].default);
  const decisive = changed.filter(
    (name) => forecastOdds({ ...config, [name]: settings[name].default }) <= limit,
  );
  return decisive.length > 0 ? decisive : changed;
}

/** What production refuses. */
export function findPoorOdds(config: Environment, given: Given): string[] {
  const odds = forecastOdds(config);
  if (odds <= maxYearlyOdds || config.OTP_ALLOW_SHORT_CODES) return [];
  const [name, ...others] = findPoorSettings(config, maxYearlyOdds);
  const together = others.length > 0 ? ` together with ${others.join(', ')}` : '';
  return [
    sayAllowed(
      name ?? 'OTP_DIGITS',
      given,
      `what keeps a year of guessing at one identity under ${formatOdds(maxYearlyOdds)} in production (${formatOdds(odds)}${together}), unless OTP_ALLOW_SHORT_CODES=true`,
    ),
  ];
}

export function isTestIdentityOver(until: string): boolean {
  return findEnd(until) <= Date.now();
}

/** Fixed codes, which no other limit on guessing counts. */
export function warnOfTestIdentities(entries: readonly TestIdentity[]): string | undefined {
  const guesses = entries
    .filter(({ until }) => !isTestIdentityOver(until))
    .map(({ code }) => [guessesAtTestIdentity, 10 ** -code.length] as const);
  if (guesses.length === 0) return undefined;
  return `OTP_TEST_IDENTITIES: a year of guessing finds a fixed code with a probability of ${formatOdds(computeOdds(guesses))}; OTP_SHORT_OPEN_MAX does not count these guesses`;
}

/** Warns of the odds, unless production refuses them. */
export function warnOfOdds(config: Environment, isProduction: boolean): string | undefined {
  const odds = forecastOdds(config);
  const isRefused = isProduction && odds > maxYearlyOdds && !config.OTP_ALLOW_SHORT_CODES;
  if (odds > warnedYearlyOdds && !isRefused) {
    const names = findPoorSettings(config, warnedYearlyOdds).join(', ');
    return `${names}: ${sayTakeover('year', odds)}`;
  }
  if (config.OTP_LENGTHEN_AFTER > 0 || config.OTP_MODE === 'window' || isStateless(config)) return undefined;
  return 'OTP_LENGTHEN_AFTER: with 0 codes are always short, and OTP_SHORT_OPEN_MAX does not bound guessing at everyone';
}
