import { once } from 'node:events';
import { Cluster } from 'ioredis';
import { OtpError } from '../../errors.js';
import type { Resolved } from './access.js';
import { createProbe } from './connect.js';
import { closedAtOnce, explain as explainProbe, isTelling, noConnection } from './reasons.js';
import { listMasters, type RedisClient } from './scripts.js';

interface ServerChecks {
  /** What the client connects to; null for a client that was given. */
  target: Resolved | null;
  timeoutMs: number;
  allowEviction?: boolean | undefined;
  allowUnfenced?: boolean | undefined;
  /** Says why a command failed. */
  explain(error: unknown): string;
}

const unfit = (message: string, cause?: unknown) => new OtpError('store_unavailable', message, { cause });

/**
 * Connects, and refuses a server that could forget used codes or limits.
 *
 * @throws OtpError `store_unavailable` that says what is wrong, and which option fixes or accepts it
 */
export async function checkServer(client: RedisClient, checks: ServerChecks): Promise<void> {
  const { target, allowEviction, allowUnfenced } = checks;
  const database = target?.database ?? 0;
  try {
    await connect(client);
    // When ioredis cannot select the database, it silently continues in database 0.
    if (database > 0 && !(client instanceof Cluster)) await client.select(database);
  } catch (cause) {
    const reason = (isTelling(cause) ? undefined : await probe(checks)) ?? checks.explain(cause);
    throw unfit(`Redis cannot be reached: ${reason === noConnection ? closedAtOnce : reason}`, cause);
  }
  for (const server of listMasters(client)) {
    const { info, isForbidden } = await fetchInfo(server, checks);
    if (/^role:slave/m.test(info)) {
      throw unfit('Redis is a replica: REDIS_URL (url) must lead to the master');
    }
    if (/^redis_mode:sentinel/m.test(info)) {
      throw unfit('Redis is a Sentinel: REDIS_URL (url) takes redis+sentinel://host,host/name');
    }
    if (!/^master_replid:[0-9a-f]+/m.test(info) && !allowUnfenced) {
      const why = isForbidden ? ' (this user may not run INFO: allow +info)' : '';
      throw unfit(
        `Redis hides master_replid${why}, without which a used code may work again after data has been lost; accept it by REDIS_ALLOW_UNFENCED=true (allowUnfenced)`,
      );
    }
    // allowUnfenced also accepts a server that hides this.
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? (allowUnfenced ? 'noeviction' : 'hidden');
    if (policy !== 'noeviction' && !allowEviction) {
      throw unfit(
        `Redis may evict keys (maxmemory-policy is ${policy}) and with them limits; set it to noeviction, or accept it by REDIS_ALLOW_EVICTION=true (allowEviction)`,
      );
    }
  }
}

/** Only the `error` event says why there is no connection; with Sentinel the promise does not even reject. */
async function connect(client: RedisClient): Promise<void> {
  if (client.status !== 'wait') return;
  const listening = new AbortController();
  const failed = once(client, 'error', { signal: listening.signal }).then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  try {
    await Promise.race([client.connect(), failed]);
  } finally {
    listening.abort();
  }
}

async function fetchInfo(server: RedisClient, { explain }: Pick<ServerChecks, 'explain'>) {
  try {
    return { info: await server.info(), isForbidden: false };
  } catch (cause) {
    // Some hosted servers forbid INFO.
    const [refusal] = /NOPERM|unknown command/i.exec(String(cause)) ?? [];
    if (refusal) return { info: '', isForbidden: refusal === 'NOPERM' };
    throw unfit(`Redis cannot answer: ${explain(cause)}`, cause);
  }
}

/** Why the client cannot connect: the first reason that a connection to one of the Sentinels or cluster nodes gives. */
async function probe({ target, timeoutMs }: ServerChecks): Promise<string | undefined> {
  if (!target || target.kind === 'single') return undefined;
  const peer = target.kind === 'sentinel' ? 'sentinel' : 'server';
  const reasons = await Promise.all(
    target.hosts.map(async (host) => {
      const server = createProbe(target, host, timeoutMs);
      // Without a listener, ioredis prints errors.
      server.on('error', () => {});
      try {
        await connect(server);
        return undefined;
      } catch (error) {
        return isTelling(error) ? explainProbe(error, peer) : undefined;
      } finally {
        server.disconnect();
      }
    }),
  );
  return reasons.find((reason) => reason !== undefined);
}
