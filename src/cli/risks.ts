import { parsePhoneCountries } from '../core/phone-countries.js';
import { looksLikePublicSuffix } from '../core/public-suffix.js';
import { passes } from '../options/row.js';
import type { Environment } from '../options/settings.js';
import { isMailExposed } from './clear-text.js';
import { isTestIdentityOver, warnOfOdds, warnOfTestIdentities } from './guessing.js';
import { listBroken } from './say.js';
import { isStateless, statelessWarning } from './stateless.js';
import { warnOfWindow } from './window-odds.js';

/** Settings that are allowed but weaken what the documentation promises, or are probably a mistake. */
export function findRisks(config: Environment, isProduction: boolean): string[] {
  const { OTP_MAX_ATTEMPTS: attempts, OTP_LENGTHEN_AFTER: after, GATE_COOKIE_DOMAIN: domain } = config;
  return listBroken([
    warnOfOdds(config, isProduction),
    after > 0 &&
      attempts > after &&
      `OTP_MAX_ATTEMPTS: ${attempts} is more than OTP_LENGTHEN_AFTER (${after}), and no code gets more attempts than that`,
    warnOfTestIdentities(config.OTP_TEST_IDENTITIES),
    isMailExposed(config) &&
      'SMTP_REQUIRE_TLS: without it, codes and the password go in the clear to a server that offers no TLS',
    isStateless(config) && statelessWarning,
    config.OTP_MODE === 'window' && warnOfWindow(config),
    domain !== undefined &&
      looksLikePublicSuffix(domain) &&
      `GATE_COOKIE_DOMAIN: given "${domain}", under which strangers may have hosts that would get the session cookie too; browsers may refuse it`,
    isHomeLeftOut(config) &&
      `OTP_DEFAULT_COUNTRY: given "${config.OTP_DEFAULT_COUNTRY}", which is not among OTP_PHONE_COUNTRIES: numbers without + are sent no codes`,
    ...config.OTP_TEST_IDENTITIES.map(
      ({ until }, index) =>
        isTestIdentityOver(until) &&
        `OTP_TEST_IDENTITIES: entry ${index + 1} has no effect, because its last day has passed`,
    ),
    !config.BEARER_PURPOSES.some((purpose) => config.OTP_PURPOSES.includes(purpose)) &&
      'BEARER_PURPOSES: contains none of OTP_PURPOSES, so GET /token/verify accepts no token',
  ]);
}

function isHomeLeftOut({ OTP_DEFAULT_COUNTRY: home, OTP_PHONE_COUNTRIES: listed }: Environment): boolean {
  if (home === undefined || !passes(parsePhoneCountries)(listed)) return false;
  return !parsePhoneCountries(listed).admitsCountry(home);
}
