import { Cluster, type Redis } from 'ioredis';
import { OtpError } from '../../errors.js';
import { closedAtOnce, explain as explainProbe, isTelling, noConnection, type Peer } from './reasons.js';
import type { RedisClient } from './scripts.js';

export interface ServerChecks {
  /** The database that must be in use. */
  database: number;
  allowEviction?: boolean | undefined;
  allowUnfenced?: boolean | undefined;
  /** Says why a command failed. */
  explain(error: unknown): string;
  /** Creates one connection per Sentinel or cluster node, to find out why the client cannot connect. */
  createProbes?: (() => Redis[]) | undefined;
  /** What these connect to. */
  probed?: Peer | undefined;
}

const unfit = (message: string, cause?: unknown) => new OtpError('store_unavailable', message, { cause });

/**
 * Connects, and refuses a server that could forget used codes or limits.
 *
 * @throws OtpError `store_unavailable` that says what is wrong, and which option fixes or accepts it
 */
export async function checkServer(client: RedisClient, checks: ServerChecks): Promise<void> {
  const { database, allowEviction, allowUnfenced } = checks;
  try {
    await connect(client);
    // When ioredis cannot select the database, it silently continues in database 0.
    if (database > 0 && !(client instanceof Cluster)) await client.select(database);
  } catch (cause) {
    const reason = (isTelling(cause) ? undefined : await probe(checks)) ?? checks.explain(cause);
    throw unfit(`Redis cannot be reached: ${reason === noConnection ? closedAtOnce : reason}`, cause);
  }
  for (const server of client instanceof Cluster ? client.nodes('master') : [client]) {
    const memory = await fetchInfo(server, 'memory', checks);
    const replication = await fetchInfo(server, 'replication', checks);
    if (/^role:slave/m.test(replication.text)) {
      throw unfit('Redis is a replica: REDIS_URL (url) must lead to the master');
    }
    if (
      replication.text === '' &&
      /^redis_mode:sentinel/m.test((await fetchInfo(server, 'server', checks)).text)
    ) {
      throw unfit('Redis is a Sentinel: REDIS_URL (url) takes redis+sentinel://host,host/name');
    }
    if (!/^master_replid:[0-9a-f]+/m.test(replication.text) && !allowUnfenced) {
      const why = replication.isForbidden ? ' (this user may not run INFO: allow +info)' : '';
      throw unfit(
        `Redis hides master_replid${why}, without which a used code may work again after data has been lost; accept it by REDIS_ALLOW_UNFENCED=true (allowUnfenced)`,
      );
    }
    // allowUnfenced also accepts a server that hides this.
    const policy =
      /^maxmemory_policy:(\S+)/m.exec(memory.text)?.[1] ?? (allowUnfenced ? 'noeviction' : 'hidden');
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
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  client.once('error', fail);
  try {
    await Promise.race([client.connect(), failed]);
  } finally {
    client.off('error', fail);
    failed.catch(() => {});
  }
}

async function fetchInfo(
  server: RedisClient,
  section: string,
  { explain }: Pick<ServerChecks, 'explain'>,
): Promise<{ text: string; isForbidden: boolean }> {
  try {
    return { text: await server.info(section), isForbidden: false };
  } catch (cause) {
    // Some hosted servers forbid INFO.
    const [isForbidden, isUnknown] = [/NOPERM/, /unknown command/i].map(
      (pattern) => cause instanceof Error && pattern.test(cause.message),
    );
    if (isForbidden || isUnknown) return { text: '', isForbidden: isForbidden === true };
    throw unfit(`Redis cannot answer: ${explain(cause)}`, cause);
  }
}

/** The first reason that one of the connections gives. */
async function probe({ createProbes, probed }: ServerChecks): Promise<string | undefined> {
  const reasons = await Promise.all(
    (createProbes?.() ?? []).map(async (server) => {
      // Without a listener, ioredis prints errors.
      server.on('error', () => {});
      try {
        await connect(server);
        return undefined;
      } catch (error) {
        return isTelling(error) ? explainProbe(error, probed) : undefined;
      } finally {
        server.disconnect();
      }
    }),
  );
  return reasons.find((reason) => reason !== undefined);
}
