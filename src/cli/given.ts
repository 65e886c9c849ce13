import { describeSetting, type SettingName } from './environment.js';
import { redactUrls } from './redact.js';

/** What was given, for a message that says it is wrong; of a secret only how long it is. */
export function describeGiven(name: SettingName, value: string): string {
  return describeSetting(name).isSecret ? `given ${value.length} characters` : `given "${redactUrls(value)}"`;
}
