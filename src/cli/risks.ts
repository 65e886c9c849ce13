import { parsePhoneCountries } from '../core/phone-countries.js';
import { looksLikePublicSuffix } from '../core/public-suffix.js';
import { passes } from '../options/row.js';
import type { Environment } from '../options/settings.js';
import { warnOfClearText } from './clear-text.js';

import { isTestIdentityOver, warnOfAttempts, warnOfOdds, warnOfTestIdentities } from './guessing.js';
import { warnOfStateless } from './stateless.js';
import { warnOfWindow } from './window-odds.js';

/** Settings that are allowed but weaken what the documentation promises, or are probably a mistake. */
export function findRisks(config: Environment, isProduction: boolean): string[] {
  const risks = [
    ...warnOfOdds(config, isProduction),
    ...warnOfAttempts(config),
    ...warnOfTestIdentities(config),
    ...warnOfClearText(config),
    ...warnOfStateless(config),
    ...warnOfWindow(config),
  ];
  const { GATE_COOKIE_DOMAIN: domain } = config;
  if (domain !== undefined && looksLikePublicSuffix(domain)) {
    risks.push(
      `GATE_COOKIE_DOMAIN: given "${domain}", under which strangers may have hosts that would get the session cookie too; browsers may refuse it`,
    );
  }
  if (isHomeLeftOut(config)) {
    risks.push(
      `OTP_DEFAULT_COUNTRY: given "${config.OTP_DEFAULT_COUNTRY}", which is not among OTP_PHONE_COUNTRIES: numbers without + are sent no codes`,
    );
  }
  for (const [index, { until }] of config.OTP_TEST_IDENTITIES.entries()) {
    if (isTestIdentityOver(until))
      risks.push(`OTP_TEST_IDENTITIES: entry ${index + 1} has no effect, because its last day has passed`);
  }
  if (!config.BEARER_PURPOSES.some((purpose) => config.OTP_PURPOSES.includes(purpose))) {
    risks.push('BEARER_PURPOSES: contains none of OTP_PURPOSES, so GET /token/verify accepts no token');
  }
  return risks;
}

function isHomeLeftOut({ OTP_DEFAULT_COUNTRY: home, OTP_PHONE_COUNTRIES: listed }: Environment): boolean {
  if (home === undefined || !passes(parsePhoneCountries)(listed)) return false;
  return !parsePhoneCountries(listed).admitsCountry(home);
}
