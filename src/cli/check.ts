import { splitList } from '../options/row.js';
import { type SettingName, settingNames, settings, writeDefault } from '../options/settings.js';
import type { LoadedConfig } from './config.js';
import { redactValue } from './redact.js';

/** Problems of the configuration, or the settings in force; never shows secrets, not even in URLs. */
export function formatCheck({ config, given, problems, warnings, madeUp }: LoadedConfig): string {
  const lines = warnings.map((warning) => `warning: ${warning}`);
  if (!config) return [...lines, ...problems.map((problem) => `wrong: ${problem}`)].join('\n');
  const width = Math.max(...settingNames.map((name) => name.length));
  for (const name of settingNames) {
    const text = given[name];
    const shown = formatValue(name, config[name], text);
    const isMadeUp = madeUp.includes(name);
    const [value, origin] = isMadeUp
      ? ['', '(made up at each start)']
      : [shown, text === undefined ? '(default)' : ''];
    lines.push(`${name.padEnd(width)}  ${[value, origin].filter(Boolean).join('  ')}`);
  }
  return [...lines, 'Configuration OK.'].join('\n');
}

function formatValue(name: SettingName, value: unknown, text: string | undefined): string {
  const setting = settings[name];
  if (setting.isSecret) return text === undefined ? '-' : '(set)';
  const written = text ?? writeDefault(setting) ?? '-';
  if (Array.isArray(value)) return redactValue(name, splitList(written).join(','));
  return redactValue(name, ['object', 'undefined'].includes(typeof value) ? written : String(value));
}
