import { splitList } from '../options/row.js';
import { type SettingName, settingNames, settings, writeDefault } from '../options/settings.js';
import { formatJson, print } from './command.js';
import type { Config, LoadedConfig, SettingsFile } from './config.js';
import { checkConnections } from './connect/check-connections.js';
import type { Finding } from './connect/checks.js';
import { createOutlook, format, type Outlook, parseThresholds } from './outlook.js';
import { redactValue } from './redact.js';

/**
 * Prints what `check` finds.
 *
 * @param options as they are given on the command line
 * @returns `wrong` for a configuration that does not start, `failed` for a threshold that is exceeded or a connection
 * @throws OtpError for thresholds that cannot be compared
 */
export async function runCheck(
  loaded: LoadedConfig,
  file: SettingsFile,
  options: { json?: boolean | undefined; connect?: boolean | undefined; [threshold: string]: unknown },
): Promise<'well' | 'failed' | 'wrong'> {
  const { json = false, connect = false } = options;
  const thresholds = parseThresholds(options);
  const { config } = loaded;
  if (!config) {
    print(json ? formatCheckJson(loaded, null) : `${formatCheck(loaded)}\n`);
    return 'wrong';
  }
  const outlook = createOutlook(config, thresholds);
  if (!json) print(`${formatCheck(loaded, outlook)}\n`);
  const findings = connect ? await checkConnections({ ...loaded, config }, file, json) : undefined;
  const failures = findings?.filter(({ status }) => status === 'failed').length ?? 0;
  if (json) print(formatCheckJson(loaded, outlook, findings));
  else if (findings)
    print(failures === 0 ? 'Everything answers.\n' : `${failures} of ${findings.length} checks failed.\n`);
  return failures === 0 && outlook.exceeded.length === 0 ? 'well' : 'failed';
}

/** Problems of the configuration, or the settings in force and what they allow; never shows secrets, not even in URLs. */
export function formatCheck(loaded: LoadedConfig, outlook: Outlook | null = null): string {
  const { config, problems, warnings } = loaded;
  const lines = warnings.map((warning) => `warning: ${warning}`);
  if (!config) return [...lines, ...problems.map((problem) => `error: ${problem}`)].join('\n');
  const width = Math.max(...settingNames.map((name) => name.length));
  for (const name of settingNames) {
    const { value, origin } = showSetting(name, loaded);
    lines.push(`${name.padEnd(width)}  ${[value ?? '', origin].filter(Boolean).join('  ')}`);
  }
  if (outlook) lines.push('', ...describeOutlook(outlook, config), '');
  const exceeded = outlook?.exceeded ?? [];
  const verdict =
    exceeded.length === 0 ? 'Configuration OK.' : 'The service would start, but not within these limits.';
  return [...lines, ...exceeded.map((line) => `FAILED   ${line}`), verdict].join('\n');
}

/** What `check --json` prints. Every member is always there; those that need a valid configuration are null without one. */
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
    ...(outlook ? listFigures(outlook) : noFigures),
    ...(connections && { connections }),
  });
}

/** As the text shows it; null for what is not set. */
function show(name: SettingName, loaded: LoadedConfig): string | null {
  const { value } = showSetting(name, loaded);
  return value === '-' ? null : value;
}

function listFigures({ odds, messagesDay, billDay, delaySeconds, lock }: Outlook) {
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

const noFigures = { odds: null, messages_day: null, bill_day: null, delay_seconds: null, lock: null };

/** What may be shown of a setting in force; null for a generated secret. */
function showSetting(name: SettingName, { config, given, madeUp }: LoadedConfig) {
  const text = given[name];
  if (madeUp.includes(name)) return { value: null, origin: '(generated at each start)' };
  return { value: formatValue(name, config?.[name], text), origin: text === undefined ? '(default)' : '' };
}

function formatValue(name: SettingName, value: unknown, text: string | undefined): string {
  const setting = settings[name];
  if (setting.isSecret) return text === undefined ? '-' : '(set)';
  const written = text ?? writeDefault(setting) ?? '-';
  if (Array.isArray(value)) return redactValue(name, splitList(written).join(','));
  return redactValue(name, ['object', 'undefined'].includes(typeof value) ? written : String(value));
}

/** The forecast in words, with the names that it has for programs. */
function describeOutlook(outlook: Outlook, { STORE, OTP_MODE }: Config): string[] {
  const { odds, messagesDay, billDay, delaySeconds, lock } = outlook;
  const [each, isWindowed] = [', in each process', OTP_MODE === 'window'];
  // Each process keeps these counts for itself. The odds of long stateless codes do not depend on any count.
  const guessed = isWindowed ? each : '';
  const counted = isWindowed || STORE === 'none' ? each : '';
  const bound = (value: number | null) => (value === null ? 'unbounded' : format(value));
  const time = (value: number | null) => (value === null ? 'unbounded time' : `${format(value)} s`);
  const price = billDay.perSms === null ? 'without --price-sms' : `at ${billDay.perSms} a message`;
  const bill = billDay.amount === null && messagesDay.all !== null ? 'unknown' : bound(billDay.amount);
  return [
    ['odds.identity_year', `${format(odds.identityYear)}: a year of guessing takes over one identity`],
    [
      'odds.identity_year_store_lost_weekly',
      `${format(odds.identityYearStoreLostWeekly)}: the same if the store loses everything once a week`,
    ],
    ['odds.spray_day', `${bound(odds.sprayDay)} identities taken over in a day by guessing at all`],
    ['messages_day.mailbox', `${bound(messagesDay.mailbox)} unverified messages in a day to one mailbox`],
    ['messages_day.number', `${bound(messagesDay.number)} unverified messages in a day to one number`],
    ['messages_day.all', `${bound(messagesDay.all)} messages in a day to all numbers`],
    ['bill_day', `${bill} ${price}`],
    ['delay_seconds.unknown', `${time(delaySeconds.unknown)} that one network delays an unknown browser`],
    ['delay_seconds.known', `${time(delaySeconds.known)} that one network delays a known browser`],
    [
      'lock',
      `${lock.networks} ${lock.networks === 1 ? 'network' : 'networks'} and ${lock.messages} messages keep new codes from unknown browsers for ${lock.hours} hours`,
    ],
  ].map(([name = '', text]) => `${name.padEnd(37)}${text}${name.startsWith('odds.') ? guessed : counted}`);
}
