import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { suggestName } from '../core/known-options.js';
import { OtpError } from '../errors.js';
import { senderNames } from '../options/delivery.js';
import { type FilledOptions, fillOptions, optionRows } from '../options/otp-options.js';
import { passes } from '../options/row.js';
import { chooseDeliveryMode, rules } from '../options/rules.js';
import { type Environment, type SettingName, settingNames, settings } from '../options/settings.js';
import { generateSecretKey } from '../otp.js';
import { findBackendProblems } from './backends.js';
import { requiresTls } from './clear-text.js';
import { findUnfitForProduction } from './production-rules.js';
import { findRisks } from './risks.js';
import { type Given, sayAllowed, sayOfSetting } from './say.js';
import { findContradictions } from './service-rules.js';
import { findUnused } from './unused-settings.js';

export interface Config extends Environment {
  OTP_SECRET_KEY: string;
  DELIVERY_MODE: NonNullable<Environment['DELIVERY_MODE']>;
  SMTP_REQUIRE_TLS: boolean;
}

export interface LoadedConfig {
  /** Null when there are problems. */
  config: Config | null;
  /** What was given, as text. */
  given: Given;
  /** One line each, naming the variable, what was given and what is allowed. */
  problems: string[];
  /** One line each: what is probably a mistake, but works. */
  warnings: string[];
  /** Secrets made up for this run. */
  madeUp: SettingName[];
}

type Source = Record<string, string | undefined>;

/** Loads a `.env` file; a missing one counts as empty unless it was named. */
export function readEnvFile(path: string | undefined): Source {
  try {
    return parseEnv(readFileSync(path ?? '.env', 'utf8'));
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new OtpError('invalid_request', `${path ?? '.env'}: cannot be read`);
  }
}

/** Parses the whole configuration, and reports everything that is wrong with it. */
export function loadConfig(source: Source): LoadedConfig {
  const { given, problems } = readGiven(source);
  const { values, wrong } = parseGiven(given);
  problems.push(...wrong.map((name) => sayAllowed(name, given)));
  const missing = (['OTP_SECRET_KEY', 'JWT_SECRET'] as const).filter(
    (name) => values[name] === undefined && !(name === 'JWT_SECRET' && values.JWT_PRIVATE_KEY !== undefined),
  );
  // Invalid values are dropped, so that contradictions among the others are found in the same run.
  const madeUp = Object.fromEntries(missing.map((name) => [name, generateSecretKey()]));
  const environment = { ...values, ...madeUp };
  const options = fillOptions(toOptions(environment));
  const isProduct = isProduction(environment);
  const config = {
    ...environment,
    DELIVERY_MODE: chooseDeliveryMode(options),
    SMTP_REQUIRE_TLS: requiresTls(environment, isProduct),
  } as Config;
  const isOfOther = (line: string, wrongNames: readonly string[]) =>
    !wrongNames.some((name) => line.startsWith(`${name}:`));
  const contradictions = [
    ...findBrokenRules(options, given),
    ...findBackendProblems(config, given),
    ...findContradictions(config, given),
  ].filter((line) => isOfOther(line, wrong));
  problems.push(...contradictions);
  if (isProduct) {
    // What is wrong anyway need not be unfit for production too.
    const named = [...wrong, ...problems.map((line) => line.replace(/:.*$/s, ''))];
    const unfit = [
      ...missing.map((name) => `${name}: required in production; \`stateless-otp secret\` makes one`),
      ...findUnfitForProduction(config, given),
    ];
    problems.push(...unfit.filter((line) => isOfOther(line, named)));
  }
  return {
    config: problems.length === 0 ? config : null,
    given,
    problems,
    warnings: [...findMisspelt(source), ...findUnused(config, given), ...findRisks(config, isProduct)],
    madeUp: isProduct ? [] : missing,
  };
}

/** Whether development-only settings are refused. */
export function isProduction({ NODE_ENV = 'development' }: Pick<Environment, 'NODE_ENV'>): boolean {
  return !['development', 'test'].includes(NODE_ENV.trim());
}

/** What the texts mean, with the defaults of the others, and of what is not allowed. */
export function parseGiven(given: Given): { values: Environment; wrong: SettingName[] } {
  const read = (name: SettingName, text = given[name]) =>
    text === undefined ? settings[name].default : settings[name].parse(text);
  const parsed = Object.fromEntries(settingNames.map((name) => [name, read(name)])) as Environment;
  const options = toOptions(parsed);
  const isAllowed = (name: SettingName) =>
    given[name] === undefined ||
    parsed[name] === undefined ||
    (parsed[name] !== null &&
      passes((value) => settings[name].check(value, settings[name].key, options))(parsed[name]));
  const wrong = settingNames.filter((name) => !isAllowed(name));
  const defaults = wrong.map((name) => [name, settings[name].default]);
  return { values: { ...parsed, ...Object.fromEntries(defaults) }, wrong };
}

/** The library's options that these settings are. */
export function toOptions(environment: Partial<Environment>): Record<string, unknown> {
  const ours = settingNames.filter((name) => settings[name].key in optionRows);
  return Object.fromEntries(ours.map((name) => [settings[name].key, environment[name]]));
}

/** The values of our variables; empty ones count as not given, and secrets may be in files. */
function readGiven(source: Source): { given: Given; problems: string[] } {
  const given: Given = {};
  const problems: string[] = [];
  for (const name of settingNames) {
    const value = source[name] || undefined;
    const file = settings[name].isSecret ? source[`${name}_FILE`] || undefined : undefined;
    if (value !== undefined && file !== undefined)
      problems.push(`${name}: given twice, also as ${name}_FILE`);
    if (value !== undefined) given[name] = value;
    else if (file !== undefined) {
      try {
        given[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch {
        // Without the path: a common mistake is to put the secret itself there.
        problems.push(`${name}_FILE: names a file that cannot be read`);
      }
    }
  }
  return { given, problems };
}

/** What options have against each other, said of their settings. */
function findBrokenRules(options: FilledOptions, given: Given): string[] {
  return rules.flatMap((rule) => {
    try {
      rule(options);
      return [];
    } catch (error) {
      const { message } = error as Error;
      return [sayOfSetting(message, given) ?? message];
    }
  });
}

/** Variables with one of our prefixes that do not exist. */
function findMisspelt(source: Source): string[] {
  const known = settingNames.flatMap((name) => (settings[name].isSecret ? [name, `${name}_FILE`] : [name]));
  const backends = senderNames
    .filter((name) => name !== 'console')
    .join('|')
    .toUpperCase();
  const prefixes = new RegExp(`^(OTP|JWT|RATE|DELIVERY|REDIS|GATE|SIGN_IN|BRAND|EMBED|${backends})_`);
  return Object.keys(source)
    .filter((name) => prefixes.test(name) && !known.includes(name))
    .map((name) => `${name}: not a setting of this version; it changes nothing${suggestName(name, known)}`);
}
