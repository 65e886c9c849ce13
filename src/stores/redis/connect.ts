import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './scripts.js';
import { loadTlsFiles } from './tls-files.js';
import { type Host, parseRedisUrl, type Target } from './url.js';

/** Bounds and default of the command timeout, in milliseconds. */
export const redisTimeout = { min: 50, max: 10_000, default: 500 };

/** See `RedisStoreOptions`. */
export interface Access {
  url: string;
  password?: string | undefined;
  sentinelUsername?: string | undefined;
  sentinelPassword?: string | undefined;
}

export interface Resolved extends Target {
  sentinelUsername: string;
  sentinelPassword: string | undefined;
  tlsOptions: ConnectionOptions;
}

const maxReconnectDelayMs = 500;

/** @throws RangeError for an invalid URL and for contradictory options, without repeating a secret */
export function resolveAccess(access: Access): Resolved {
  const target = parseRedisUrl(access.url);
  const password = access.password ?? target.password;
  if (target.password !== undefined && target.password !== password) {
    throw new RangeError(
      'REDIS_PASSWORD (password) and the Redis URL have different passwords; leave one of them out',
    );
  }
  // Some platforms write `redis://default:@host` without a password.
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
  // The servers' password must not be sent in the clear when only the servers use TLS.
  const isShared = target.sentinelTls || !target.tls;
  return {
    ...target,
    username,
    password,
    sentinelUsername: access.sentinelUsername ?? 'default',
    sentinelPassword: access.sentinelPassword ?? (isShared ? password : undefined),
    tlsOptions: loadTlsFiles(target),
  };
}

/**
 * A client that fails at once instead of queueing, and never resends a command that may have run: a late verify must not
 * be carried out when nobody waits for it any more.
 *
 * @param timeoutMs for each command, and for connecting
 */
export function createClient(target: Resolved, timeoutMs: number): RedisClient {
  const { family } = target;
  const options = {
    ...createBasics(target, timeoutMs, target),
    family,
    db: target.database,
    // Drops a silent connection, which would fail commands until the kernel notices.
    socketTimeout: timeoutMs * 4,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    maxRetriesPerRequest: 0,
    // A demoted master keeps its connections; reconnecting may find the new one. Not 2, which would resend.
    reconnectOnError: (error: Error) => /UNFENCED|^READONLY/.test(error.message),
  };
  if (target.kind === 'cluster') {
    return new Cluster(target.hosts, {
      redisOptions: options,
      enableOfflineQueue: false,
      // As above; the cluster's own error says when it is down.
      enableReadyCheck: false,
      lazyConnect: true,
      // Certificates hold names, but ioredis would resolve them and connect to addresses.
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
      // With a username, a Sentinel without passwords accepts any.
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

/** A single connection attempt to one Sentinel or cluster node: its error is the reason that the client hides. */
export function createProbe(target: Resolved, host: Host, timeoutMs: number): Redis {
  const peer =
    target.kind === 'sentinel'
      ? { username: target.sentinelUsername, password: target.sentinelPassword, tls: target.sentinelTls }
      : target;
  return new Redis({
    ...createBasics(target, timeoutMs, peer),
    ...host,
    family: target.family,
    retryStrategy: null,
  });
}

interface Credentials {
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
}

function createBasics(target: Resolved, timeoutMs: number, { username, password, tls }: Credentials) {
  return {
    username,
    password,
    protocol: target.protocol,
    ...(tls ? { tls: target.tlsOptions } : {}),
    // A user with few rights may not set it, and each try would be logged by the server.
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // The first script is the check; ioredis prints to the console where INFO is forbidden.
    enableReadyCheck: false,
    lazyConnect: true,
  };
}

/** ioredis ignores `family` for the master behind Sentinel, unless a natMap adds it. */
function splitAddress(address: string): Host {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

function delayReconnect(attempts: number): number {
  return Math.min(attempts * 50, maxReconnectDelayMs);
}
