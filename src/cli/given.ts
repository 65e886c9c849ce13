import { type SettingName, settingNames, settings } from '../options/settings.js';
import { cleanText, type GivenText } from './given-text.js';
import { findInjected } from './injected.js';
import type { Given } from './say.js';
import { readSecretFile } from './secret-file.js';

export type Source = Readonly<Record<string, string | undefined>>;

export interface GivenSettings {
  given: Given;
  problems: string[];
  /** What is wrong with values that may nevertheless be of the right form. */
  mistakes: { name: SettingName; line: string }[];
  warnings: string[];
  /** Files that secrets are read from, by the name of the variable. */
  secretFiles: Record<string, string>;
}

/** The values of our variables; empty ones count as not given, and secrets may be in files. The environment wins. */
export function collectGiven(environment: Source, file: Source): GivenSettings {
  const injected = findInjected(environment);
  const found: GivenSettings = { given: {}, problems: [], mistakes: [], warnings: [], secretFiles: {} };
  const pick = (name: string): GivenText | undefined => {
    const value = injected.has(name) ? undefined : environment[name];
    if (value) return cleanText(name, value, 'environment');
    return file[name] ? cleanText(name, file[name], 'settings file') : undefined;
  };
  const take = (name: SettingName, { text, problem, warning }: GivenText) => {
    // Quotes with nothing between them.
    if (text === '') return;
    found.given[name] = text;
    if (problem !== undefined) found.mistakes.push({ name, line: `${name}: ${problem}` });
    if (warning !== undefined) found.warnings.push(`${name}: ${warning}`);
  };
  for (const name of settingNames) {
    const value = pick(name);
    const named = settings[name].isSecret ? pick(`${name}_FILE`) : undefined;
    if (value && named) found.problems.push(`${name}: given twice, also as ${name}_FILE`);
    if (value) take(name, value);
    else if (named) {
      found.secretFiles[`${name}_FILE`] = named.text;
      const { text, problem, warning } = readSecretFile(named.text);
      if (problem !== undefined) found.problems.push(`${name}_FILE: ${problem}`);
      if (warning !== undefined) found.warnings.push(`${name}_FILE: ${warning}`);
      if (text !== undefined) take(name, cleanText(name, text, 'secret file'));
    } else if (injected.has(name)) {
      found.warnings.push(
        `${name}: given "${environment[name]}", which Kubernetes or Docker adds for a service of that name; left out, as if it were not set`,
      );
    }
  }
  return found;
}
