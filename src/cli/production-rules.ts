import { findWeakness } from '../core/weak-secret.js';
import { secretForms } from '../options/secret-rules.js';
import { senders } from '../options/senders.js';
import { type Environment, settingNames, settings } from '../options/settings.js';
import { findBackendProblems, listBackends } from './backends.js';
import { findClearText } from './clear-text.js';
import { findPoorOdds } from './guessing.js';
import { type Given, listBroken, sayAllowed } from './say.js';
import { isStateless } from './stateless.js';

export function findUnfitForProduction(config: Environment, given: Given): string[] {
  const { OTP_DIGITS, PUBLIC_URL } = config;
  const backends = listBackends(config);
  const reaching = backends.filter((name) => senders[name].reachesPhones);
  // Delivery that does not work at all has to be fixed first.
  const isSet = given.OTP_PHONE_COUNTRIES !== undefined || findBackendProblems(config, given).length > 0;
  const isGateOpen = config.GATE_ALLOW.length === 0 && config.GATE_FILE === undefined;
  return [
    ...listBroken([
      backends.includes('console') &&
        !config.OTP_ALLOW_CONSOLE_DELIVERY &&
        'DELIVERY_BACKEND: console prints codes to standard output; set another, or OTP_ALLOW_CONSOLE_DELIVERY=true to allow it',
      reaching.length > 0 &&
        !isSet &&
        `OTP_PHONE_COUNTRIES: required in production with ${reaching.join(', ')} delivery, which reaches phones: the countries of your users, such as DE,AT; * is every country`,
      config.REDIS_PASSWORD === 'only-for-development' &&
        'REDIS_PASSWORD: is the development password of the compose file; set another',
      OTP_DIGITS < 6 &&
        !config.OTP_ALLOW_SHORT_CODES &&
        !isStateless(config) &&
        `OTP_DIGITS: given "${OTP_DIGITS}", at least 6 in production unless OTP_ALLOW_SHORT_CODES=true`,
      PUBLIC_URL !== undefined &&
        !PUBLIC_URL.startsWith('https:') &&
        sayAllowed(
          'PUBLIC_URL',
          given,
          'an https URL in production: over http, browsers drop the cookies of the sign-in page',
        ),
      config.GATE_COOKIE_DOMAIN !== undefined &&
        isGateOpen &&
        sayAllowed(
          'GATE_COOKIE_DOMAIN',
          given,
          'only with GATE_ALLOW or GATE_FILE in production: otherwise anyone with an address may enter every host under that domain',
        ),
      isStateless(config) &&
        !config.OTP_ALLOW_STATELESS &&
        'STORE: none, with which a code works until it expires and limits hold in each process by itself; set redis, or OTP_ALLOW_STATELESS=true to allow it',
    ]),
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
