import { isCallerOrigin } from '../core/origin.js';
import { maxPort } from '../core/port.js';
import { isPublicUrl } from '../core/public-prefix.js';
import { apiKeysRow } from './api-keys.js';
import { parseMetricsAddress } from './metrics-address.js';
import { choice, from, list, oneLine, text, wholeNumber } from './row.js';

export const serverOptions = {
  /** Where to listen; `0.0.0.0` is every interface. The folder of a unix socket decides who reaches it; see `TRUSTED_PROXIES`. */
  HOST: text(
    'a host name, an address, or the path of a unix socket such as `/run/stateless-otp/socket`',
    oneLine,
    '127.0.0.1',
  ),
  /** Port to listen on; 0 picks a free one. */
  PORT: wholeNumber({ min: 0, max: maxPort, default: 8000 }),
  /** Number of processes; `auto` is one per core. More than one needs `STORE=redis`. */
  WORKERS: text('`auto` or a whole number from 1 to 128', /^(auto|[1-9][0-9]?|1[01][0-9]|12[0-8])$/, '1'),
  /**
   * Where people reach the service, such as `https://otp.example.com`, or `https://example.com/auth` under a prefix. Needed
   * with `cookieDomain` and `magicLink`.
   */
  publicUrl: from(
    'PUBLIC_URL',
    text('a URL such as `https://otp.example.com`, with the prefix if there is one', isPublicUrl),
  ),
  /**
   * Callers that send a key in the header `X-API-Key`: each name with the hash of its key, from `generateApiKey`,
   * and its rights. `otp`, the default, lets it use `/otp/*`, which requires a key as soon as any key has this
   * right; the caller is counted by the `X-Forwarded-For` it sends. `operate` lets it use `/operator/*`. `unguarded`, next to
   * `otp`, lifts the limits over a day of addresses, networks, prefixes and countries. Default: none, anyone may use `/otp/*`.
   */
  apiKeyHashes: from('API_KEYS', apiKeysRow),
  /** Origins whose pages may call the API. Default: none. */
  corsOrigins: from(
    'CORS_ORIGINS',
    list(
      'origins as browsers send them, such as `https://app.example.com` or `capacitor://localhost`',
      isCallerOrigin,
      { but: 'without a path, a slash at the end or wildcards' },
    ),
  ),
  /**
   * Whether the documentation of the API is served, at `/docs` and `/openapi.json`. Default `on`. Without this setting, the
   * service does not serve it in production.
   */
  docs: from('DOCS', choice(['on', 'off'], 'on')),
  /**
   * Serves metrics for Prometheus at `/metrics`, summed over all processes. A port alone is on loopback; `0.0.0.0:9464` is
   * every interface. Do not expose it to the public. Default: off.
   */
  METRICS_PORT: text(
    'a port such as `9464`, or an address with a port such as `0.0.0.0:9464`',
    (given) => parseMetricsAddress(given) !== null,
  ),
  /** What is logged, as JSON lines on standard error. */
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info'),
  /** Maximum number of open connections in each process; further ones are closed. */
  MAX_CONNECTIONS: wholeNumber({ min: 16, max: 1_000_000, default: 2048 }),
  /** How long requests in flight may take to finish after SIGTERM. */
  SHUTDOWN_GRACE_SECONDS: wholeNumber({ min: 0, max: 300, default: 10, unit: 'seconds' }),
  /** Anything but `development` and `test` refuses settings that are only fit for development; unset is development. */
  NODE_ENV: text('text'),
};
