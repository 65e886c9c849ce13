import { type SettingName, settingNames } from '../options/settings.js';
import { showSetting } from './check.js';
import { formatJson } from './command.js';
import type { LoadedConfig } from './config.js';
import type { Finding } from './connect/checks.js';
import type { Outlook } from './outlook.js';

/**
 * The same as the text of `check`, for programs. Every member is always there; without a valid configuration, those that
 * follow from it are null.
 */
export function formatCheckJson(
  loaded: LoadedConfig,
  outlook: Outlook | null,
  connections?: readonly (Finding & { name: string })[],
): string {
  const { config, problems, warnings } = loaded;
  const exceeded = outlook?.exceeded ?? [];
  const failed = connections?.filter(({ status }) => status === 'failed') ?? [];
  const faults = failed.map(({ name, text }) => `--connect: ${name}: ${text}`);
  return formatJson({
    ok: problems.length + exceeded.length + faults.length === 0,
    problems: [...problems, ...exceeded, ...faults],
    warnings,
    settings: config ? Object.fromEntries(settingNames.map((name) => [name, show(name, loaded)])) : {},
    ...describe(outlook),
    ...(connections && { connections }),
  });
}

/** As the text shows it; null for what is not set. */
function show(name: SettingName, loaded: LoadedConfig): string | null {
  const { value } = showSetting(name, loaded);
  return value === '-' ? null : value;
}

function describe(outlook: Outlook | null) {
  if (outlook === null)
    return { odds: null, messages_day: null, bill_day: null, delay_seconds: null, lock: null };
  const { odds, messagesDay, billDay, delaySeconds, lock } = outlook;
  return {
    odds: {
      identity_year: odds.identityYear,
      identity_year_store_lost_weekly: odds.identityYearStoreLostWeekly,
      spray_day: odds.sprayDay,
    },
    messages_day: messagesDay,
    bill_day: { amount: billDay.amount, per_sms: billDay.perSms },
    delay_seconds: delaySeconds,
    lock,
  };
}
