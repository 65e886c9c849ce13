import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeSecret } from '../core/secret.js';
import { OtpError } from '../errors.js';
import { generateSecretKey } from '../otp.js';
import { isTlsPort } from '../transports/smtp-port.js';
import { findBackendProblems, listBackends } from './backends.js';
import {
  describeSetting,
  type Environment,
  environment,
  type SettingName,
  settingNames,
} from './environment.js';
import { describeGiven } from './given.js';
import { findRedisProblems } from './redis-problems.js';
import { findTokenProblems } from './token-problems.js';

export interface Config extends Environment {
  OTP_SECRET_KEY: string;
}

export interface LoadedConfig {
  /** Null when there are problems. */
  config: Config | null;
  /** One line each, naming the variable, what was given and what is allowed. */
  problems: string[];
  /** One line each: what is probably a mistake, but works. */
  warnings: string[];
  /** Secrets made up for this run. */
  madeUp: SettingName[];
}

type Source = Record<string, string | undefined>;

/** Reads a `.env` file; a missing one is as good as an empty one unless it was asked for. */
export function readEnvFile(path: string | undefined): Source {
  try {
    return parseEnv(readFileSync(path ?? '.env', 'utf8'));
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new OtpError('invalid_request', `${path ?? '.env'}: cannot be read`);
  }
}

/** Reads the whole configuration from variables, and says everything that is wrong with it. */
export function loadConfig(source: Source): LoadedConfig {
  const { given, problems } = readGiven(source);
  const first = environment.safeParse(given);
  const wrong = new Set(first.error?.issues.map((issue) => issue.path[0] as SettingName));
  for (const name of wrong) problems.push(describeProblem(name, given[name] ?? ''));
  // What is wrong by itself is left out, so that what contradicts the rest is found in the same run.
  const isGood = ([name]: [string, unknown]) => !wrong.has(name as SettingName);
  const settings = environment.parse(Object.fromEntries(Object.entries(given).filter(isGood)));

  const missing = (['OTP_SECRET_KEY', 'JWT_SECRET'] as const).filter(
    (name) =>
      settings[name] === undefined && !(name === 'JWT_SECRET' && settings.JWT_PRIVATE_KEY !== undefined),
  );
  const config: Config = {
    ...settings,
    OTP_SECRET_KEY: settings.OTP_SECRET_KEY ?? generateSecretKey(),
    JWT_SECRET: missing.includes('JWT_SECRET') ? generateSecretKey() : settings.JWT_SECRET,
    DELIVERY_MODE: settings.GATE_ALLOW.length > 0 ? 'background' : settings.DELIVERY_MODE,
  };
  const others = findContradictions(config);
  if (given.DELIVERY_MODE === 'direct' && config.DELIVERY_MODE !== 'direct') {
    others.push(
      'DELIVERY_MODE: given "direct", allowed: `background` with GATE_ALLOW, so that the time taken tells nobody who is let in',
    );
  }
  if (isProduction(settings)) {
    others.push(
      ...missing.map((name) => `${name}: required in production; \`stateless-otp secret\` makes one`),
    );
    others.push(...findUnfitForProduction(config));
  }
  problems.push(...others.filter((line) => !wrong.has(line.split(':', 1)[0] as SettingName)));
  return {
    config: problems.length === 0 ? config : null,
    problems,
    warnings: [...findMisspelt(source), ...findRisks(settings)],
    madeUp: isProduction(settings) ? [] : missing,
  };
}

/** Whether what is fit for development only is refused. */
export function isProduction({ NODE_ENV = 'development' }: Pick<Environment, 'NODE_ENV'>): boolean {
  return !['development', 'test'].includes(NODE_ENV.trim());
}

interface Given {
  given: Partial<Record<SettingName, string>>;
  problems: string[];
}

/** The values of our variables; an empty one is as good as none, and secrets may lie in files. */
function readGiven(source: Source): Given {
  const given: Given['given'] = {};
  const problems: string[] = [];
  for (const name of settingNames) {
    const value = source[name] || undefined;
    const file = describeSetting(name).isSecret ? source[`${name}_FILE`] || undefined : undefined;
    if (value !== undefined && file !== undefined)
      problems.push(`${name}: given twice, also as ${name}_FILE`);
    if (value !== undefined) given[name] = value;
    else if (file !== undefined) {
      try {
        given[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch {
        // The path is not repeated: a usual slip is to put the secret itself there.
        problems.push(`${name}_FILE: names a file that cannot be read`);
      }
    }
  }
  return { given, problems };
}

function describeProblem(name: SettingName, value: string): string {
  return `${name}: ${describeGiven(name, value)}, allowed: ${describeSetting(name).allowed}`;
}

function findUnfitForProduction(config: Config): string[] {
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

function findContradictions(config: Config): string[] {
  const problems: string[] = [];
  const secrets = (
    [
      'OTP_SECRET_KEY',
      'OTP_SECRET_KEY_PREVIOUS',
      'OTP_IDENTITY_KEY',
      'JWT_SECRET',
      'JWT_SECRET_PREVIOUS',
    ] as const
  ).filter((name) => config[name] !== undefined);
  for (const name of secrets) {
    if (isPlaceholder(name, config[name] ?? '')) {
      problems.push(`${name}: looks like a placeholder; \`stateless-otp secret\` makes a real one`);
    }
  }
  for (const [first, second] of pairs(secrets)) {
    // The identity key is meant to be one of the other two.
    if (second === 'OTP_IDENTITY_KEY') continue;
    if (isSameSecret(config[first], config[second])) problems.push(`${second}: must differ from ${first}`);
  }
  if (config.OTP_SECRET_KEY_PREVIOUS !== undefined && config.OTP_IDENTITY_KEY === undefined) {
    problems.push(
      'OTP_SECRET_KEY_PREVIOUS: needs OTP_IDENTITY_KEY, set to what OTP_SECRET_KEY was before the first rotation',
    );
  }
  if (config.OTP_LONG_DIGITS < config.OTP_DIGITS) {
    problems.push(
      `OTP_LONG_DIGITS: given "${config.OTP_LONG_DIGITS}", allowed: at least OTP_DIGITS (${config.OTP_DIGITS})`,
    );
  }
  problems.push(...findTokenProblems(config), ...findBackendProblems(config));
  if (config.STORE === 'memory' && config.WORKERS !== '1') {
    problems.push(
      `WORKERS: given "${config.WORKERS}", more than one needs STORE=redis: each would count for itself`,
    );
  }
  problems.push(...findRedisProblems(config));
  return problems;
}

function isPlaceholder(name: SettingName, value: string): boolean {
  const bytes = name.startsWith('JWT_') ? Buffer.from(value) : Buffer.from(decodeSecret(value, name));
  const words = /change.?me|placeholder|example|your.{0,12}(secret|key)|(secret|key).{0,3}here/i;
  return new Set(bytes).size < 8 || words.test(value) || words.test(bytes.toString('latin1'));
}

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((first, index) =>
    items.slice(index + 1).map((second): [Item, Item] => [first, second]),
  );
}

/** Settings that are allowed but weaken what the documentation promises. */
function findRisks(config: Environment): string[] {
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

/** Also the same when they differ in blanks at the ends, padding or alphabet only. */
function isSameSecret(one = '', other = ''): boolean {
  const strip = (text: string) => Buffer.from(text.trim(), 'base64').toString('base64');
  return one.trim() === other.trim() || strip(one) === strip(other);
}

/** Variables that look like ours and are not. */
function findMisspelt(source: Source): string[] {
  const known = new Set<string>(settingNames.flatMap((name) => [name, `${name}_FILE`]));
  const prefixes =
    /^(OTP|JWT|SMTP|RATE|DELIVERY|REDIS|TWILIO|WEBHOOK|RESEND|VONAGE|WHATSAPP|GATE|SIGN_IN|BRAND|EMBED|SES)_/;
  return Object.keys(source)
    .filter((name) => prefixes.test(name) && !known.has(name))
    .map((name) => `${name}: not a setting of this version; it changes nothing`);
}
