import type { LoadedConfig } from './config.js';
import { describeSetting, settingNames } from './environment.js';
import { redactUrls } from './redact.js';

/** What is wrong with the configuration, or what is in force; secrets are never shown, in URLs neither. */
export function formatCheck(
  { config, problems, warnings, madeUp }: LoadedConfig,
  source: NodeJS.ProcessEnv,
): string {
  const lines = warnings.map((warning) => `warning: ${warning}`);
  if (!config) return [...lines, ...problems.map((problem) => `wrong: ${problem}`)].join('\n');
  const width = Math.max(...settingNames.map((name) => name.length));
  for (const name of settingNames) {
    const { isSecret } = describeSetting(name);
    const value = config[name];
    const isGiven = Boolean(source[name] || (isSecret && source[`${name}_FILE`]));
    const shown = isSecret && isGiven ? '(set)' : formatValue(isSecret && !isGiven ? undefined : value);
    const origin = madeUp.includes(name) ? '(made up at each start)' : isGiven ? '' : '(default)';
    lines.push(
      `${name.padEnd(width)}  ${[madeUp.includes(name) ? '' : shown, origin].filter(Boolean).join('  ')}`,
    );
  }
  return [...lines, 'The configuration is good.'].join('\n');
}

function formatValue(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.length > 0 ? redactUrls(value.join(',')) : '-';
  return redactUrls(String(value));
}
