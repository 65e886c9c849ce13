import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './scripts.js';
import { type Host, parseRedisUrl, type Target } from './url.js';

/** Bounds and default of the limit on a command, in milliseconds. */
export const redisTimeout = { min: 50, max: 10_000, default: 500 };

export interface Access {
  /** See `parseRedisUrl`. */
  url: string;
  /** Of the servers, if the URL has none. */
  password?: string | undefined;
  /** Of the Sentinels. Default: `default`. */
  sentinelUsername?: string | undefined;
  /** Of the Sentinels. Default: that of the servers. */
  sentinelPassword?: string | undefined;
}

/** Where to connect, and with what. */
export interface Resolved extends Target {
  sentinelUsername: string;
  sentinelPassword: string | undefined;
  /** The PEM files of the URL. */
  tlsOptions: ConnectionOptions;
}

const maxReconnectDelayMs = 500;

/** @throws RangeError for a URL out of its form, and for what contradicts it; no secret is repeated */
export function resolveAccess(access: Access): Resolved {
  const target = parseRedisUrl(access.url);
  const password = access.password ?? target.password;
  if (target.password !== undefined && target.password !== password) {
    throw new RangeError(
      'REDIS_PASSWORD (password) and the Redis URL have different passwords; leave one of them out',
    );
  }
  // Some platforms write `redis://default:@host` when there is no password.
  const username = target.username === 'default' && password === undefined ? undefined : target.username;
  if (username !== undefined && password === undefined) {
    throw new RangeError(
      'the Redis URL has a user without a password: write user:password@host or :password@host, or set REDIS_PASSWORD (password)',
    );
  }
  const isForSentinel = access.sentinelUsername !== undefined || access.sentinelPassword !== undefined;
  if (target.kind !== 'sentinel' && isForSentinel) {
    throw new RangeError(
      'REDIS_SENTINEL_PASSWORD and REDIS_SENTINEL_USERNAME (sentinelPassword, sentinelUsername) need a URL of the form redis+sentinel://host,host/name',
    );
  }
  if (access.sentinelUsername !== undefined && access.sentinelPassword === undefined) {
    throw new RangeError(
      'REDIS_SENTINEL_USERNAME (sentinelUsername) needs REDIS_SENTINEL_PASSWORD (sentinelPassword)',
    );
  }
  // Never in the clear to the Sentinels when it travels encrypted to the servers.
  const isShared = target.sentinelTls || !target.tls;
  return {
    ...target,
    username,
    password,
    sentinelUsername: access.sentinelUsername ?? 'default',
    sentinelPassword: access.sentinelPassword ?? (isShared ? password : undefined),
    tlsOptions: {
      ...loadPem('ca', 'ssl_ca_certs', target.caFile),
      ...loadPem('cert', 'ssl_certfile', target.certFile),
      ...loadPem('key', 'ssl_keyfile', target.keyFile),
    },
  };
}

/**
 * A client that gives up at once instead of queueing, and never sends a command again that may have run: a
 * verify that is late must not be carried out when nobody waits for it any more.
 *
 * @param timeoutMs limit on each command, and on connecting
 */
export function createClient(target: Resolved, timeoutMs: number): RedisClient {
  const { family } = target;
  const options = {
    username: target.username,
    password: target.password,
    db: target.database,
    family,
    protocol: target.protocol,
    ...(target.tls ? { tls: target.tlsOptions } : {}),
    // What a user with few rights may not do would fill the server's log of refusals.
    disableClientInfo: true,
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
      // As above: while the cluster is down, its own words say so.
      enableReadyCheck: false,
      lazyConnect: true,
      // Certificates hold names: ioredis would look the name up and connect to the address.
      dnsLookup: (host, use) => use(null, host),
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
      sentinels: target.hosts.map((host) => ({ ...host, family })),
      name: target.masterName,
      // With a user, so that a Sentinel without passwords takes any.
      ...(target.sentinelPassword === undefined
        ? {}
        : { sentinelUsername: target.sentinelUsername, sentinelPassword: target.sentinelPassword }),
      sentinelCommandTimeout: timeoutMs,
      sentinelRetryStrategy: delayReconnect,
      ...(target.sentinelTls ? { sentinelTLS: target.tlsOptions } : {}),
      enableTLSForSentinelMode: target.tls,
      ...(family === 0 ? {} : { natMap: (address) => ({ ...splitAddress(address), family }) }),
    });
  }
  const server = target.socketPath === undefined ? target.hosts[0] : { path: target.socketPath };
  return new Redis({ ...options, retryStrategy: delayReconnect, ...server });
}

/** A single connection attempt to one Sentinel or cluster node, whose error gives the reason that the client hides. */
export function createProbe(target: Resolved, host: Host, timeoutMs: number): Redis {
  const isSentinel = target.kind === 'sentinel';
  const hasTls = isSentinel ? target.sentinelTls : target.tls;
  return new Redis({
    ...host,
    username: isSentinel ? target.sentinelUsername : target.username,
    password: isSentinel ? target.sentinelPassword : target.password,
    family: target.family,
    protocol: target.protocol,
    ...(hasTls ? { tls: target.tlsOptions } : {}),
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    enableReadyCheck: false,
    retryStrategy: null,
    lazyConnect: true,
  });
}

/** ioredis connects to the master without the family, but to what a map of addresses makes of it. */
function splitAddress(address: string): Host {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

function loadPem(field: 'ca' | 'cert' | 'key', option: string, path: string | undefined): ConnectionOptions {
  if (path === undefined) return {};
  try {
    return { [field]: readFileSync(path) };
  } catch {
    throw new RangeError(`the option ${option} of the Redis URL names a file that cannot be read`);
  }
}

function delayReconnect(attempts: number): number {
  return Math.min(attempts * 50, maxReconnectDelayMs);
}
