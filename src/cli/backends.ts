import { checkRoutes } from '../delivery/route.js';
import type { SenderName } from '../options/delivery.js';
import { catchError } from '../options/row.js';
import { type Sender, senders } from '../options/senders.js';
import type { Environment, SettingName } from '../options/settings.js';
import type { Transport } from '../ports.js';
import type { Inbox } from '../transports/inbox.js';
import { timeoutRange } from '../transports/options.js';
import { type Given, listBroken, sayOfSetting } from './say.js';

export function listBackends({ DELIVERY_ROUTES: routes, DELIVERY_BACKEND }: Environment): SenderName[] {
  return routes ? [...new Set(Object.values(routes).flat() as SenderName[])] : [DELIVERY_BACKEND];
}

/** The settings of a backend, each with the option of its transport that it is. */
export function listSettings(name: SenderName): [SettingName, Sender['settings'][string]][] {
  return Object.entries(senders[name].settings) as [SettingName, Sender['settings'][string]][];
}

/** @throws TypeError or RangeError that begins with the option that is wrong */
export function createBackend(name: SenderName, config: Environment, inbox?: Inbox): Transport {
  const options: Record<string, unknown> = {};
  for (const [setting, { option }] of listSettings(name)) {
    const value = config[setting];
    const [outer = '', inner] = option.split('.');
    if (inner === undefined) options[outer] = value;
    else if (value !== undefined) options[outer] = { ...Object(options[outer]), [inner]: value };
  }
  if (name === 'console') options['inbox'] = inbox;
  // Shorter than the timeout of the message, so that the log can say what was not answered.
  if (name === 'smtp')
    options['timeoutMs'] = Math.max(timeoutRange.min, Math.floor(config.DELIVERY_TIMEOUT_MS * 0.9));
  return senders[name].create(options);
}

/** What is wrong with the backends in use and their routes, one line each. */
export function findBackendProblems(config: Environment, given: Given): string[] {
  const problems: string[] = [];
  const transports: Transport[] = [];
  for (const name of listBackends(config)) {
    const rows = listSettings(name);
    const missing = rows
      .filter(([setting, { isRequired }]) => isRequired && config[setting] === undefined)
      .map(([setting]) => `${setting}: required with ${name} delivery`);
    if (name === 'smtp') missing.push(...findLoginProblems(config));
    problems.push(...missing);
    if (missing.length > 0) continue;
    const error = catchError(() => transports.push(createBackend(name, config)));
    if (error === undefined) continue;
    const names = new Map(rows.map(([setting, { option }]) => [option, setting]));
    problems.push(
      sayOfSetting(error.message, given, names) ?? `settings of ${name} delivery: ${error.message}`,
    );
  }
  const { DELIVERY_ROUTES: routes } = config;
  if (problems.length > 0 || routes === undefined) return problems;
  const error = catchError(() => checkRoutes(transports, routes));
  return error ? [error.message.replace('routes', 'DELIVERY_ROUTES')] : [];
}

/** What a login at the mail server lacks, or what contradicts it, one line each. */
function findLoginProblems(config: Environment): string[] {
  const { SMTP_USERNAME, SMTP_PASSWORD, SMTP_OAUTH_SCOPE, SMTP_OAUTH_REFRESH_TOKEN } = config;
  const needed = ['SMTP_OAUTH_TOKEN_URL', 'SMTP_OAUTH_CLIENT_ID', 'SMTP_OAUTH_CLIENT_SECRET'] as const;
  const granted = SMTP_OAUTH_SCOPE ?? SMTP_OAUTH_REFRESH_TOKEN;
  if (granted === undefined && needed.every((name) => config[name] === undefined)) {
    const isHalf = (SMTP_USERNAME === undefined) !== (SMTP_PASSWORD === undefined);
    return isHalf ? ['SMTP_USERNAME: goes together with SMTP_PASSWORD; one of them is missing'] : [];
  }
  const missing = ([...needed, 'SMTP_USERNAME'] as const).filter((name) => config[name] === undefined);
  return listBroken([
    ...missing.map(
      (name) => `${name}: required for a login by OAuth 2.0, as the other SMTP_OAUTH_* settings ask for`,
    ),
    granted === undefined &&
      'SMTP_OAUTH_SCOPE: required for a login by OAuth 2.0 without SMTP_OAUTH_REFRESH_TOKEN',
    SMTP_PASSWORD !== undefined && 'SMTP_PASSWORD: contradicts the SMTP_OAUTH_* settings; remove either',
  ]);
}
