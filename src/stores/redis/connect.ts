import { Cluster, Redis } from 'ioredis';
import type { Resolved } from './access.js';
import type { RedisClient } from './scripts.js';
import type { Host } from './url.js';

const maxReconnectDelayMs = 500;

/**
 * A client that fails immediately instead of queueing, and never resends a command that may have run: a late verify must not
 * be carried out when nobody is waiting for it any longer.
 *
 * @param timeoutMs for each command, and for connecting
 */
export function createClient(target: Resolved, timeoutMs: number): RedisClient {
  const options = {
    ...createBasics(target, timeoutMs, target),
    family: target.family,
    db: target.database,
    // Drops a silent connection: commands on it would fail until the kernel notices.
    socketTimeout: timeoutMs * 4,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    maxRetriesPerRequest: 0,
    // A demoted master keeps its connections; reconnecting may find the new one. `2` would also resend the command.
    reconnectOnError: (error: Error) => /UNFENCED|^READONLY/.test(error.message),
  };
  if (target.kind === 'cluster') {
    return new Cluster(target.hosts, {
      redisOptions: options,
      enableOfflineQueue: false,
      // As above; the cluster's own error says when it is down.
      enableReadyCheck: false,
      lazyConnect: true,
      // Certificates are for names, but ioredis would resolve names and connect to addresses.
      dnsLookup: (host, use) => use(null, host),
      slotsRefreshTimeout: timeoutMs,
      clusterRetryStrategy: delayReconnect,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
    });
  }
  if (target.kind === 'sentinel') return new Redis({ ...options, ...findMaster(target, timeoutMs) });
  const server = target.socketPath === undefined ? target.hosts[0] : { path: target.socketPath };
  return new Redis({ ...options, retryStrategy: delayReconnect, ...server });
}

/** The options by which a client asks Sentinels for the master. */
function findMaster(target: Resolved, timeoutMs: number) {
  const { family, sentinelUsername, sentinelPassword } = target;
  return {
    retryStrategy: delayReconnect,
    sentinels: target.hosts.map((host) => ({ ...host, family })),
    name: target.masterName,
    // With a username, a Sentinel without passwords accepts any.
    ...(sentinelPassword === undefined ? {} : { sentinelUsername, sentinelPassword }),
    sentinelCommandTimeout: timeoutMs,
    sentinelRetryStrategy: delayReconnect,
    ...(target.sentinelTls ? { sentinelTLS: target.tlsOptions } : {}),
    enableTLSForSentinelMode: target.tls,
    ...(family === 0 ? {} : { natMap: (address: string) => ({ ...splitAddress(address), family }) }),
  };
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

type Credentials = Pick<Resolved, 'username' | 'password' | 'tls'>;

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
