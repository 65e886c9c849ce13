import { Cluster, Redis } from 'ioredis';
import { makeStringMethodsFast } from './fast-strings.js';
import type { RedisClient } from './scripts.js';

makeStringMethodsFast();

/** Bounds and default of the limit on a command, in milliseconds. */
export const redisTimeout = { min: 50, max: 10_000, default: 500 };

export interface ConnectOptions {
  /** `redis://`, `rediss://` (TLS), `redis+sentinel://host,host/name` or `redis+cluster://host,host`. */
  url: string;
  /** Wins over one in the URL. */
  password?: string | undefined;
  /** Limit on each command, and on connecting. */
  timeoutMs: number;
}

const defaultPort = 6379;
const defaultSentinelPort = 26_379;
const maxReconnectDelayMs = 500;

/**
 * A client that gives up at once instead of queueing, and never sends a command again that may have run: a
 * verify that is late must not be carried out when nobody waits for it any more.
 *
 * @throws RangeError when the URL is none of the four forms
 */
export function createClient({ url, password, timeoutMs }: ConnectOptions): RedisClient {
  const target = readRedisUrl(url);
  const options = {
    username: target.username,
    password: password ?? target.password,
    db: target.database,
    ...(target.tls ? { tls: {} } : {}),
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A connection that has gone silent is given up, or it would fail commands until the kernel notices.
    socketTimeout: timeoutMs * 4,
    // The first script is the check; ioredis would print to the console where INFO is forbidden.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    maxRetriesPerRequest: 0,
    // A master that was demoted keeps its connections; a new one may lead to the new master. Never 2: that sends again.
    reconnectOnError: (error: Error) => /UNFENCED|^READONLY/.test(error.message),
    lazyConnect: true,
  };
  if (target.kind === 'cluster') {
    return new Cluster(target.hosts, {
      redisOptions: options,
      enableOfflineQueue: false,
      lazyConnect: true,
      slotsRefreshTimeout: timeoutMs,
      clusterRetryStrategy: delayReconnect,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
    });
  }
  if (target.kind === 'sentinel') {
    return new Redis({
      ...options,
      retryStrategy: delayReconnect,
      sentinels: target.hosts,
      name: target.masterName,
      sentinelRetryStrategy: delayReconnect,
      ...(target.tls ? { enableTLSForSentinelMode: true } : {}),
    });
  }
  return new Redis({ ...options, retryStrategy: delayReconnect, ...target.hosts[0] });
}

interface Target {
  kind: 'single' | 'sentinel' | 'cluster';
  hosts: [Host, ...Host[]];
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  database: number;
  masterName: string;
}

interface Host {
  host: string;
  port: number;
}

const urlPattern =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#]+)(?:\/(?<path>[^?#]*))?(?:\?db=(?<db>\d{1,5}))?$/;

/** @throws RangeError that names the forms; the URL itself is not repeated, since it may hold a password */
export function readRedisUrl(url: string): Target {
  const parts = urlPattern.exec(url)?.groups;
  const kind = (parts?.['kind'] ?? 'single') as Target['kind'];
  const path = parts?.['path'] ?? '';
  const hosts = (parts?.['hosts'] ?? '').split(',').map((host) => readHost(host, kind));
  const [first, ...others] = hosts;
  const database = kind === 'single' ? path : (parts?.['db'] ?? '');
  const isPathGood =
    kind === 'sentinel' ? path !== '' : kind === 'cluster' ? path === '' : /^\d{0,5}$/.test(path);
  if (!parts || !first || hosts.includes(null) || !isPathGood || (kind === 'single' && others.length > 0)) {
    throw new RangeError(
      'a Redis URL is redis://host:port/database, rediss://… for TLS, redis+sentinel://host,host/name or redis+cluster://host,host',
    );
  }
  return {
    kind,
    hosts: hosts as [Host, ...Host[]],
    tls: parts['tls'] === 's',
    username: decodeURIComponent(parts['user'] ?? '') || undefined,
    password: decodeURIComponent(parts['password'] ?? '') || undefined,
    database: Number(database || 0),
    masterName: path,
  };
}

function readHost(text: string, kind: Target['kind']): Host | null {
  const match = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/i.exec(text);
  if (!match?.[1]) return null;
  const byDefault = kind === 'sentinel' ? defaultSentinelPort : defaultPort;
  return { host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2] ?? byDefault) };
}

function delayReconnect(attempts: number): number {
  return Math.min(attempts * 50, maxReconnectDelayMs);
}
