import { isLoopbackHost } from '../core/loopback.js';
import { isPrivateHost } from '../core/private-host.js';
import type { Environment } from '../options/settings.js';
import { resolveAccess } from '../stores/redis/access.js';
import { isTlsPort } from '../transports/smtp-port.js';
import { listBackends } from './backends.js';
import { redactValue } from './redact.js';
import { type Given, sayAllowed } from './say.js';
import { listCredentials } from './stores.js';

/** Whether mail goes out with TLS for certain. */
function isMailEncrypted(config: Environment): boolean {
  return (
    (config.SMTP_SECURE ?? isTlsPort(config.SMTP_PORT)) ||
    config.SMTP_REQUIRE_TLS === true ||
    config.SMTP_OAUTH_TOKEN_URL !== undefined
  );
}

/** What production refuses: codes or passwords in clear text over the internet. */
export function findClearText(config: Environment, given: Given): string[] {
  const problems: string[] = [];
  const { STORE, SMTP_HOST, WEBHOOK_URL, REDIS_URL } = config;
  const backends = listBackends(config);
  if (backends.includes('smtp') && isOnInternet(SMTP_HOST) && !isMailEncrypted(config)) {
    const host = redactValue('SMTP_HOST', String(SMTP_HOST));
    const allowed = `true in production with SMTP_HOST=${host}, which is not on a private network`;
    problems.push(sayAllowed('SMTP_REQUIRE_TLS', given, allowed));
  }
  if (backends.includes('webhook') && isHttpOverInternet(WEBHOOK_URL)) {
    const allowed = 'in production https, or http to a host of a private network';
    problems.push(sayAllowed('WEBHOOK_URL', given, allowed));
  }
  if (STORE === 'redis' && REDIS_URL !== undefined && isRedisExposed(config, REDIS_URL)) {
    problems.push(
      'REDIS_URL: in production a server outside private networks needs TLS: write rediss:// instead of redis://',
    );
  }
  return problems;
}

function isOnInternet(host: string | undefined): boolean {
  return host !== undefined && !isPrivateHost(host);
}

function isHttpOverInternet(url = ''): boolean {
  return /^http:/i.test(url) && URL.canParse(url) && isOnInternet(new URL(url).hostname);
}

function isRedisExposed(config: Environment, url: string): boolean {
  try {
    const { kind, hosts, tls, sentinelTls } = resolveAccess({ url, ...listCredentials(config) });
    const isEncrypted = kind === 'sentinel' ? tls && sentinelTls : tls;
    return !isEncrypted && !hosts.every(({ host }) => isPrivateHost(host));
  } catch {
    // An invalid URL is reported as such.
    return false;
  }
}

export function warnOfClearText(config: Environment): string[] {
  const isExposed = listBackends(config).includes('smtp') && !isMailEncrypted(config);
  if (!isExposed || isLoopbackHost(config.SMTP_HOST ?? 'localhost')) return [];
  return [
    'SMTP_REQUIRE_TLS: without it, codes and the password go in the clear to a server that offers no TLS',
  ];
}

/** The default: in production, mail to servers outside private networks goes out with TLS or not at all. */
export function requiresTls({ SMTP_HOST, SMTP_REQUIRE_TLS }: Environment, isProduction: boolean): boolean {
  return SMTP_REQUIRE_TLS ?? (isProduction && isOnInternet(SMTP_HOST));
}
