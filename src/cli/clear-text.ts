import { isLoopbackHost } from '../core/loopback.js';
import { isPrivateHost } from '../core/private-host.js';
import type { Environment } from '../options/settings.js';
import { resolveAccess } from '../stores/redis/access.js';
import { isTlsPort } from '../transports/smtp-port.js';
import { listBackends } from './backends.js';
import { redactValue } from './redact.js';
import { type Given, listBroken, sayAllowed } from './say.js';
import { listAccess } from './stores.js';

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
  const { STORE, SMTP_HOST, WEBHOOK_URL } = config;
  const backends = listBackends(config);
  return listBroken([
    backends.includes('smtp') &&
      isOnInternet(SMTP_HOST) &&
      !isMailEncrypted(config) &&
      sayAllowed(
        'SMTP_REQUIRE_TLS',
        given,
        `true in production with SMTP_HOST=${redactValue('SMTP_HOST', String(SMTP_HOST))}, which is not on a private network`,
      ),
    backends.includes('webhook') &&
      isHttpOverInternet(WEBHOOK_URL) &&
      sayAllowed('WEBHOOK_URL', given, 'in production https, or http to a host of a private network'),
    STORE === 'redis' &&
      isRedisExposed(config) &&
      'REDIS_URL: in production a server outside private networks needs TLS: write rediss:// instead of redis://',
  ]);
}

function isOnInternet(host: string | undefined): boolean {
  return host !== undefined && !isPrivateHost(host);
}

function isHttpOverInternet(url = ''): boolean {
  return /^http:/i.test(url) && URL.canParse(url) && isOnInternet(new URL(url).hostname);
}

function isRedisExposed(config: Environment): boolean {
  try {
    const { kind, hosts, tls, sentinelTls } = resolveAccess(listAccess(config));
    const isEncrypted = kind === 'sentinel' ? tls && sentinelTls : tls;
    return !isEncrypted && !hosts.every(({ host }) => isPrivateHost(host));
  } catch {
    // A missing or invalid URL is reported as such.
    return false;
  }
}

/** Whether codes may go out in clear text, other than to this machine. */
export function isMailExposed(config: Environment): boolean {
  const usesMail = listBackends(config).includes('smtp') && !isMailEncrypted(config);
  return usesMail && !isLoopbackHost(config.SMTP_HOST ?? 'localhost');
}

/** The default: in production, mail to servers outside private networks goes out with TLS or not at all. */
export function requiresTls({ SMTP_HOST, SMTP_REQUIRE_TLS }: Environment, isProduction: boolean): boolean {
  return SMTP_REQUIRE_TLS ?? (isProduction && isOnInternet(SMTP_HOST));
}
