import { base32Length } from '../core/base32-code.js';
import type { Forecast } from '../core/forecast.js';
import { computeOdds, yearDays, yearSeconds } from '../core/odds.js';
import { isAskedFor, statelessRefuses } from '../options/modes.js';
import { senders } from '../options/senders.js';
import { type Environment, settingNames, settings } from '../options/settings.js';
import { listBackends } from './backends.js';
import { type Given, listBroken } from './say.js';

/** The guesses a second that the odds assume: only the platform limits them. */
const assumedGuessesPerSecond = 1000;

/** The probability that at least one of this many guesses at base32 codes is correct. */
export function computeStatelessOdds(guesses: number, letters = base32Length): number {
  return computeOdds([[guesses, 32 ** -letters]]);
}

const yearlyOdds = computeStatelessOdds(assumedGuessesPerSecond * yearSeconds);

/** Not with `OTP_MODE=window`, which needs no store for its codes. */
export function isStateless({ STORE, OTP_MODE }: Environment): boolean {
  return STORE === 'none' && OTP_MODE === 'challenge';
}

export function findStatelessProblems(config: Environment, given: Given): string[] {
  if (config.STORE !== 'none') return [];
  const refused = statelessRefuses.flatMap(({ names, why, isRefused = isAskedFor }) =>
    settingNames
      .filter((name) => names.includes(settings[name].key))
      .filter((name) => given[name] !== undefined && isRefused(config[name]))
      .map((name) => `${name}: cannot be used with STORE=none: ${why}`),
  );
  const paid = listBackends(config).filter((name) => senders[name].reachesPhones);
  return [
    ...refused,
    ...listBroken([
      isStateless(config) &&
        paid.length > 0 &&
        !config.OTP_ALLOW_UNLIMITED_COST &&
        `STORE: none cannot limit what messages cost, and ${paid.join(', ')} delivery reaches phones; OTP_ALLOW_UNLIMITED_COST=true allows it`,
    ]),
  ];
}

export const statelessWarning = `STORE: with none a code works until it expires, and limits hold in each process by itself; a year of ${assumedGuessesPerSecond} guesses a second at one identity, a rate that only your platform can limit, succeeds with a probability of ${yearlyOdds.toExponential(1)}`;

/** The odds of guessing then, instead of those that follow from limits. */
export function findStatelessOdds(config: Environment): Forecast['odds'] | undefined {
  if (!isStateless(config)) return undefined;
  const sprayDay = yearlyOdds / yearDays;
  return { identityYear: yearlyOdds, identityYearStoreLostWeekly: yearlyOdds, sprayDay };
}
