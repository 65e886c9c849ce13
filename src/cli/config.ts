import { readFileSync } from 'node:fs';
import { passes } from '../options/row.js';
import { chooseDeliveryMode, findBrokenRules } from '../options/rules.js';
import {
  type Environment,
  type SettingName,
  settingNames,
  settings,
  toOptions,
} from '../options/settings.js';
import { generateSecretKey } from '../otp.js';
import { findBackendProblems } from './backends.js';
import { requiresTls } from './clear-text.js';
import { wrongUsage } from './command.js';
import { parseEnvFile } from './env-file.js';
import { collectGiven, type Source } from './given.js';
import { isProduction } from './node-env.js';
import { findUnfitForProduction } from './production-rules.js';
import { findRisks } from './risks.js';
import { type Given, sayAllowed, sayOfSetting } from './say.js';
import { isOpenToAll } from './secret-file.js';
import { findContradictions } from './service-rules.js';
import { decodeText } from './text-file.js';
import { findUnknown, isKnown } from './unknown-settings.js';
import { findUnused } from './unused-settings.js';

export interface Config extends Environment {
  OTP_SECRET_KEY: string;
  DELIVERY_MODE: NonNullable<Environment['DELIVERY_MODE']>;
  SMTP_REQUIRE_TLS: boolean;
}

export interface LoadedConfig {
  /** Null when there are problems. */
  config: Config | null;
  given: Given;
  /** One line each, naming the variable, what was given and what is allowed. */
  problems: string[];
  /** One line each: what is probably a mistake, but works. */
  warnings: string[];
  /** Secrets generated for this run. */
  madeUp: SettingName[];
  /** Files that secrets are read from, by the name of the variable. */
  secretFiles: Readonly<Record<string, string>>;
}

export interface SettingsFile {
  values: Source;
  problems: readonly string[];
  path: string;
  holdsSecret: boolean;
}

const noFile: SettingsFile = { values: {}, problems: [], path: '.env', holdsSecret: false };

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** Loads a `.env` file; a missing one counts as empty unless it was named. */
export function readEnvFile(path: string | undefined): SettingsFile {
  const shown = path ?? '.env';
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(shown);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (path === undefined && code === 'ENOENT') return noFile;
    throw wrongUsage(`${shown}: cannot be read: ${unreadable[code] ?? code}`);
  }
  const text = decodeText(bytes);
  if (text === null) throw wrongUsage(`${shown}: is not text in UTF-8`);
  const { values, problems } = parseEnvFile(text, isKnown, shown);
  const holdsSecret = settingNames.some((name) => settings[name].isSecret && values[name]);
  return { values, problems, path: shown, holdsSecret };
}

export function loadConfig(environment: Source, file: SettingsFile = noFile): LoadedConfig {
  const { given, mistakes, secretFiles, ...found } = collectGiven(environment, file.values);
  const unknown = findUnknown(environment, file.values);
  const { values, wrong } = parseGiven(given);
  const missing = listMissing(values);
  const config = complete(values, missing, given);
  const isProduct = isProduction(config);
  const problems = [...file.problems, ...found.problems, ...unknown.problems];
  problems.push(
    ...wrong.filter((name) => isOfOther(name, listNamed(problems))).map((name) => sayAllowed(name, given)),
    ...mistakes.filter(({ name }) => !wrong.includes(name)).map(({ line }) => line),
  );
  // A setting with a problem of its own is reported only once.
  const keepOthers = (lines: string[]) => {
    const named = [...wrong, ...listNamed(problems)];
    problems.push(...lines.filter((line) => isOfOther(line, named) && !lacks(line, named)));
  };
  keepOthers([
    ...findBrokenRules(toOptions(config)).map(({ message }) => sayOfSetting(message, given) ?? message),
    ...findBackendProblems(config, given),
    ...findContradictions(config, given),
  ]);
  if (isProduct) {
    keepOthers([
      ...missing.map((name) => `${name}: required in production; \`stateless-otp secret\` prints one`),
      ...findUnfitForProduction(config, given),
    ]);
  }
  return {
    config: problems.length === 0 ? config : null,
    given,
    problems,
    warnings: [...unknown.warnings, ...found.warnings, ...listWarnings(config, given, file)],
    madeUp: isProduct ? [] : missing,
    secretFiles,
  };
}

function listWarnings(config: Config, given: Given, file: SettingsFile): string[] {
  const isProduct = isProduction(config);
  const warnings = [...findUnused(config, given), ...findRisks(config, isProduct)];
  if (isProduct && file.holdsSecret && isOpenToAll(file.path)) {
    warnings.push(
      `${file.path}: holds secrets, and everyone on this machine can read it; \`chmod o-rwx\` it`,
    );
  }
  return warnings;
}

function listMissing(values: Environment): SettingName[] {
  const signsTokens = values.ACCESS_TOKENS === 'on' && values.JWT_PRIVATE_KEY === undefined;
  const required = ['OTP_SECRET_KEY', ...(signsTokens ? ['JWT_SECRET'] : [])] as SettingName[];
  return required.filter((name) => values[name] === undefined);
}

/** Adds generated secrets, and the defaults that depend on other settings. */
function complete(values: Environment, missing: readonly SettingName[], given: Given): Config {
  const isProduct = isProduction(values);
  return {
    ...values,
    ...Object.fromEntries(missing.map((name) => [name, generateSecretKey()])),
    DELIVERY_MODE: chooseDeliveryMode(toOptions(values)),
    SMTP_REQUIRE_TLS: requiresTls(values, isProduct),
    // Its puzzles need a store that remembers which ones were solved.
    HUMAN_CHECK: values.STORE === 'none' && given.HUMAN_CHECK === undefined ? 'off' : values.HUMAN_CHECK,
    DOCS: given.DOCS === undefined && isProduct ? 'off' : values.DOCS,
    RATE_DAY: given.RATE_DAY === undefined && !isProduct ? 'log' : values.RATE_DAY,
  } as Config;
}

/** The values of these texts, and the defaults of settings that are missing or wrong. */
export function parseGiven(given: Given): { values: Environment; wrong: SettingName[] } {
  const parse = (name: SettingName, text = given[name]) =>
    text === undefined ? settings[name].default : settings[name].parse(text);
  const parsed = Object.fromEntries(settingNames.map((name) => [name, parse(name)])) as Environment;
  const options = toOptions(parsed);
  const isAllowed = (name: SettingName) =>
    given[name] === undefined ||
    parsed[name] === undefined ||
    (parsed[name] !== null &&
      passes((value) => settings[name].check(value, settings[name].key, options))(parsed[name]));
  const wrong = settingNames.filter((name) => !isAllowed(name));
  // Wrong values are dropped, so that contradictions among the others are found in the same run.
  const defaults = wrong.map((name) => [name, settings[name].default]);
  return { values: { ...parsed, ...Object.fromEntries(defaults) }, wrong };
}

/** The settings that these lines begin with. */
function listNamed(lines: readonly string[]): string[] {
  const names = lines.map((line) => line.replace(/:.*$/s, ''));
  return names.flatMap((name) => [name, name.replace(/_FILE$/, '')]);
}

function isOfOther(line: string, names: readonly string[]): boolean {
  return !names.includes(line.replace(/:.*$/s, ''));
}

/** Whether this line asks for one of these settings, which was given, but with an invalid value. */
function lacks(line: string, names: readonly string[]): boolean {
  const [, needed] = /^\w+: needs (\w+):/.exec(line) ?? [];
  // A private key that is wrong is replaced by a generated secret, which nobody needs to know.
  if (names.includes('JWT_PRIVATE_KEY') && /^JWT_ALG: .* from the key|^JWT_SECRET: required/.test(line))
    return true;
  return needed !== undefined && names.includes(needed);
}
