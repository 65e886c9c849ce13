import { type SettingName, settingNames, settings, writeDefault } from '../options/settings.js';
import { redactValue } from './redact.js';

/** The texts that were given, by setting. */
export type Given = Partial<Record<SettingName, string>>;

/** The given value for an error message; for a secret, only its length. */
function describeGiven(name: SettingName, given: Given): string {
  const text = given[name] ?? writeDefault(settings[name]) ?? '';
  return settings[name].isSecret ? `given ${text.length} characters` : `given "${redactValue(name, text)}"`;
}

/** The one line that says what a setting may hold. */
export function sayAllowed(name: SettingName, given: Given, allowed = settings[name].allowed): string {
  return `${name}: ${describeGiven(name, given)}, allowed: ${allowed}`;
}

/** The lines of rules that are written as `isBroken && line`. */
export function listBroken(rules: readonly (string | false | undefined)[]): string[] {
  return rules.filter((line) => line !== false && line !== undefined);
}

const settingOf = new Map(settingNames.map((name) => [settings[name].key, name] as const));

/**
 * What the library or a transport says of an option, said of its setting: `longDigits must be at least digits (8), got 7`
 * becomes `OTP_LONG_DIGITS: given "7", allowed: at least OTP_DIGITS (8)`.
 *
 * @param names the settings by option
 */
export function sayOfSetting(
  message: string,
  given: Given,
  names: ReadonlyMap<string, SettingName> = settingOf,
): string | undefined {
  const [, option = '', said = ''] = /^([\w.]+):? (.*)$/s.exec(message.replace(/, got .*$/s, '')) ?? [];
  const setting = names.get(option);
  if (setting === undefined) return undefined;
  const translated = said
    .replace(/\b([a-z]+) (\d+)/g, (whole, word, value) =>
      names.has(word) ? `${names.get(word)}=${value}` : whole,
    )
    .replace(/\b([a-z]+)=/g, (whole, word) => (names.has(word) ? `${names.get(word)}=` : whole))
    .replace(/\b[a-z]+[A-Z][A-Za-z]*\b|\b[a-z]+(?= \()/g, (word) => names.get(word) ?? word);
  const [, other] = /^or (\w+) must be given/.exec(translated) ?? [];
  if (other !== undefined) return `${setting}, ${names.get(other) ?? other}: one of them is required`;
  const [, allowed] = /^must be (?!given)(.*)$/s.exec(translated) ?? [];
  return allowed === undefined ? `${setting}: ${translated}` : sayAllowed(setting, given, allowed);
}
