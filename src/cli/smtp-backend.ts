import type { Transport } from '../ports.js';
import { createSmtpTransport } from '../transports/smtp.js';
import type { Environment, SettingName } from './environment.js';
import { describeGiven } from './given.js';

/** The settings that options of the transport come from, for what it says is wrong with one. */
const settings: Readonly<Record<string, SettingName>> = {
  host: 'SMTP_HOST',
  port: 'SMTP_PORT',
  secure: 'SMTP_SECURE',
  name: 'SMTP_NAME',
  'tls.servername': 'SMTP_TLS_SERVERNAME',
  username: 'SMTP_USERNAME',
  password: 'SMTP_PASSWORD',
  'oauth.tokenUrl': 'SMTP_OAUTH_TOKEN_URL',
  'oauth.clientId': 'SMTP_OAUTH_CLIENT_ID',
  'oauth.clientSecret': 'SMTP_OAUTH_CLIENT_SECRET',
  'oauth.scope': 'SMTP_OAUTH_SCOPE',
  'oauth.refreshToken': 'SMTP_OAUTH_REFRESH_TOKEN',
};

const oauthSettings = [
  'SMTP_OAUTH_TOKEN_URL',
  'SMTP_OAUTH_CLIENT_ID',
  'SMTP_OAUTH_CLIENT_SECRET',
  'SMTP_OAUTH_SCOPE',
  'SMTP_OAUTH_REFRESH_TOKEN',
] as const;

/** @throws TypeError or RangeError that names the option that is wrong */
export function createSmtpBackend(config: Environment): Transport {
  return createSmtpTransport({
    host: config.SMTP_HOST ?? '',
    port: config.SMTP_PORT,
    secure: config.SMTP_SECURE,
    requireTls: config.SMTP_REQUIRE_TLS,
    tls: config.SMTP_TLS_SERVERNAME === undefined ? undefined : { servername: config.SMTP_TLS_SERVERNAME },
    name: config.SMTP_NAME,
    username: config.SMTP_USERNAME,
    password: config.SMTP_PASSWORD,
    oauth: usesOAuth(config)
      ? {
          tokenUrl: config.SMTP_OAUTH_TOKEN_URL ?? '',
          clientId: config.SMTP_OAUTH_CLIENT_ID ?? '',
          clientSecret: config.SMTP_OAUTH_CLIENT_SECRET ?? '',
          scope: config.SMTP_OAUTH_SCOPE,
          refreshToken: config.SMTP_OAUTH_REFRESH_TOKEN,
        }
      : undefined,
    from: config.SMTP_FROM ?? '',
    timeoutMs: config.DELIVERY_TIMEOUT_MS,
  });
}

/** What is missing from a login or contradicts it, one line each. */
export function findSmtpProblems(config: Environment): string[] {
  if (!usesOAuth(config)) {
    const isHalf = (config.SMTP_USERNAME === undefined) !== (config.SMTP_PASSWORD === undefined);
    return isHalf ? ['SMTP_USERNAME: goes together with SMTP_PASSWORD; one of them is missing'] : [];
  }
  const problems = (
    ['SMTP_OAUTH_TOKEN_URL', 'SMTP_OAUTH_CLIENT_ID', 'SMTP_OAUTH_CLIENT_SECRET', 'SMTP_USERNAME'] as const
  )
    .filter((name) => config[name] === undefined)
    .map((name) => `${name}: required for a login by OAuth 2.0, as the other SMTP_OAUTH_* settings ask for`);
  if (config.SMTP_OAUTH_SCOPE === undefined && config.SMTP_OAUTH_REFRESH_TOKEN === undefined) {
    problems.push('SMTP_OAUTH_SCOPE: required for a login by OAuth 2.0 without SMTP_OAUTH_REFRESH_TOKEN');
  }
  if (config.SMTP_PASSWORD !== undefined) {
    problems.push('SMTP_PASSWORD: contradicts the SMTP_OAUTH_* settings; leave out the one or the others');
  }
  return problems;
}

/** What the transport says of an option, said of its setting and of what was given. */
export function nameSmtpSetting(message: string, config: Environment): string | undefined {
  const [option = ''] = message.split(' ', 1);
  const setting = Object.hasOwn(settings, option) ? settings[option] : undefined;
  if (!setting) return undefined;
  const said = message.slice(option.length + 1).replace(/ port (\d+)/, ' SMTP_PORT=$1');
  const given = said.startsWith('must be') && `${describeGiven(setting, String(config[setting]))}, `;
  return `${setting}: ${given || ''}${said}`;
}

function usesOAuth(config: Environment): boolean {
  return oauthSettings.some((name) => config[name] !== undefined);
}
