import { senders } from '../options/senders.js';
import { type Environment, type SettingName, settings } from '../options/settings.js';
import { resolveAccess } from '../stores/redis/connect.js';
import { isTlsPort } from '../transports/smtp-port.js';
import { listBackends } from './backends.js';
import { type Given, sayAllowed } from './say.js';
import { listCredentials, stores } from './stores.js';

/** What settings of the service alone have against each other, one line each. */
export function findContradictions(config: Environment, given: Given): string[] {
  const { STORE, REDIS_URL, WORKERS } = config;
  const problems: string[] = [];
  if (!stores[STORE].isShared && WORKERS !== '1') {
    problems.push(
      `WORKERS: given "${WORKERS}", more than one needs STORE=redis: each would count for itself`,
    );
  }
  if (STORE === 'redis' && REDIS_URL === undefined) problems.push('REDIS_URL: required with STORE=redis');
  if (STORE !== 'redis' && REDIS_URL !== undefined) {
    problems.push('REDIS_URL: has no effect without STORE=redis: codes would be kept in this process alone');
  }
  if (REDIS_URL !== undefined) {
    try {
      resolveAccess({ url: REDIS_URL, ...listCredentials(config) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`REDIS_URL: ${error.message}`);
    }
  }
  const { default: drift } = settings.OTP_DRIFT_TOLERANCE;
  if (config.OTP_DRIFT_TOLERANCE !== drift) {
    const allowed = `${drift}: it is for stateless-otp/engine; here codes live by the clock of the store, without drift`;
    problems.push(sayAllowed('OTP_DRIFT_TOLERANCE', given, allowed));
  }
  return problems;
}

export function findUnfitForProduction(config: Environment): string[] {
  const problems: string[] = [];
  if (listBackends(config).includes('console') && !config.OTP_ALLOW_CONSOLE_DELIVERY) {
    problems.push(
      'DELIVERY_BACKEND: console prints codes to standard output; set another, or OTP_ALLOW_CONSOLE_DELIVERY=true to allow it',
    );
  }
  if (config.REDIS_PASSWORD === 'only-for-development') {
    problems.push('REDIS_PASSWORD: is the one that the compose file has for development; set another');
  }
  if (config.OTP_DIGITS < 6 && !config.OTP_ALLOW_SHORT_CODES) {
    problems.push(
      `OTP_DIGITS: given "${config.OTP_DIGITS}", at least 6 in production unless OTP_ALLOW_SHORT_CODES=true`,
    );
  }
  return problems;
}

/** What is given, other than its default, and changes nothing; one line a reason. */
export function findUnused(config: Environment, given: Given): string[] {
  const backends = listBackends(config);
  const inactive: [reason: string, names: string[]][] = Object.entries(senders)
    .filter(([name]) => !backends.some((backend) => backend === name))
    .map(([name, sender]) => [`without ${name} delivery`, Object.keys(sender.settings)]);
  const used: readonly string[] = stores[config.STORE].settings;
  for (const [name, { settings }] of Object.entries(stores)) {
    inactive.push([`without STORE=${name}`, settings.filter((setting) => !used.includes(setting))]);
  }
  if (config.DELIVERY_MODE === 'direct')
    inactive.push(['without DELIVERY_MODE=background', ['DELIVERY_QUEUE_MAX']]);
  const isSet = (name: string): boolean => {
    const setting = name as SettingName;
    return given[setting] !== undefined && String(config[setting]) !== String(settings[setting].default);
  };
  return inactive.flatMap(([reason, names]) => {
    const set = names.filter(isSet);
    return set.length === 0 ? [] : [`${set.join(', ')}: no effect ${reason}`];
  });
}

/** Settings that are allowed but weaken what the documentation promises. */
export function findRisks(config: Environment): string[] {
  const risks: string[] = [];
  if (config.OTP_LENGTHEN_AFTER === 0 || config.OTP_LONG_DIGITS < 9) {
    risks.push(
      'OTP_LENGTHEN_AFTER, OTP_LONG_DIGITS: without codes of at least 9 digits after wrong guesses, a year of guessing takes over an identity with 41 % probability at 6 digits',
    );
  }
  const isTlsSure =
    (config.SMTP_SECURE ?? isTlsPort(config.SMTP_PORT)) ||
    config.SMTP_REQUIRE_TLS ||
    config.SMTP_OAUTH_TOKEN_URL !== undefined;
  const isSmtpInClear = listBackends(config).includes('smtp') && !isTlsSure;
  if (isSmtpInClear && !/^(localhost|127\.|::1$)/.test(config.SMTP_HOST ?? '')) {
    risks.push(
      'SMTP_REQUIRE_TLS: without it, codes and the password go in the clear to a server that offers no TLS',
    );
  }
  if (!config.BEARER_PURPOSES.some((purpose) => config.OTP_PURPOSES.includes(purpose))) {
    risks.push('BEARER_PURPOSES: none of OTP_PURPOSES is among them, so GET /token/verify accepts no token');
  }
  return risks;
}
