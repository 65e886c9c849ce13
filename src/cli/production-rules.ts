import { findWeakness } from '../core/weak-secret.js';
import { secretForms } from '../options/secret-rules.js';
import { senders } from '../options/senders.js';
import { type Environment, settingNames, settings } from '../options/settings.js';
import { findBackendProblems, listBackends } from './backends.js';
import { findClearText } from './clear-text.js';
import { findPoorOdds } from './guessing.js';
import { type Given, sayAllowed } from './say.js';
import { findStatelessUnfit, isStateless } from './stateless.js';

/** What production refuses, one line each. */
export function findUnfitForProduction(config: Environment, given: Given): string[] {
  const problems: string[] = [];
  if (listBackends(config).includes('console') && !config.OTP_ALLOW_CONSOLE_DELIVERY) {
    problems.push(
      'DELIVERY_BACKEND: console prints codes to standard output; set another, or OTP_ALLOW_CONSOLE_DELIVERY=true to allow it',
    );
  }
  const reaching = listBackends(config).filter((name) => senders[name].reachesPhones);
  // Delivery that does not work at all has to be fixed first.
  const isSet = given.OTP_PHONE_COUNTRIES !== undefined || findBackendProblems(config, given).length > 0;
  if (reaching.length > 0 && !isSet) {
    problems.push(
      `OTP_PHONE_COUNTRIES: required in production with ${reaching.join(', ')} delivery, which reaches phones: the countries of your users, such as DE,AT; * is every country`,
    );
  }
  if (config.REDIS_PASSWORD === 'only-for-development') {
    problems.push('REDIS_PASSWORD: is the development password of the compose file; set another');
  }
  if (config.OTP_DIGITS < 6 && !config.OTP_ALLOW_SHORT_CODES && !isStateless(config)) {
    problems.push(
      `OTP_DIGITS: given "${config.OTP_DIGITS}", at least 6 in production unless OTP_ALLOW_SHORT_CODES=true`,
    );
  }
  if (config.PUBLIC_URL !== undefined && !config.PUBLIC_URL.startsWith('https:')) {
    problems.push(
      sayAllowed(
        'PUBLIC_URL',
        given,
        'an https URL in production: over http, browsers drop the cookies of the sign-in page',
      ),
    );
  }
  const isGateOpen = config.GATE_ALLOW.length === 0 && config.GATE_FILE === undefined;
  if (config.GATE_COOKIE_DOMAIN !== undefined && isGateOpen) {
    problems.push(
      sayAllowed(
        'GATE_COOKIE_DOMAIN',
        given,
        'only with GATE_ALLOW or GATE_FILE in production: otherwise anyone with an address may enter every host under that domain',
      ),
    );
  }
  return [
    ...problems,
    ...findStatelessUnfit(config),
    ...findClearText(config, given),
    ...findPoorOdds(config, given),
    ...findWeakSecrets(given),
  ];
}

function findWeakSecrets(given: Given): string[] {
  const forms: Readonly<Record<string, string>> = secretForms;
  return settingNames.flatMap((name) => {
    const form = forms[settings[name].key];
    if (form === undefined || given[name] === undefined) return [];
    const weakness = findWeakness(given[name], form === 'base64');
    return weakness === undefined
      ? []
      : [`${name}: ${weakness}; production needs a random one, as \`stateless-otp secret\` makes`];
  });
}
