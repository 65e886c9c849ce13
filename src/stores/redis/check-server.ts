import { Cluster, type Redis } from 'ioredis';
import { OtpError } from '../../errors.js';
import { closedAtOnce, explain as explainProbe, isTelling, noConnection, type Peer } from './reasons.js';
import type { RedisClient } from './scripts.js';

export interface ServerChecks {
  /** The database that must be in use. */
  database: number;
  allowEviction?: boolean | undefined;
  allowUnfenced?: boolean | undefined;
  /** Says why a command has failed. */
  explain(error: unknown): string;
  /** Connections to each Sentinel or server of a cluster, tried when the client cannot say why it has none. */
  createProbes?: (() => Redis[]) | undefined;
  /** What they lead to. */
  probed?: Peer | undefined;
}

const unfit = (message: string, cause?: unknown) => new OtpError('store_unavailable', message, { cause });

/**
 * Connects, and refuses a server that could forget what must not happen twice.
 *
 * @throws OtpError `store_unavailable` that says what is wrong, and which option mends or accepts it
 */
export async function checkServer(client: RedisClient, checks: ServerChecks): Promise<void> {
  const { database, allowEviction, allowUnfenced } = checks;
  try {
    await connect(client);
    // ioredis goes on in database 0 when it cannot select another, where somebody else's keys may be.
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
    // Hidden together with the rest, it has been accepted with the rest.
    const policy =
      /^maxmemory_policy:(\S+)/m.exec(memory.text)?.[1] ?? (allowUnfenced ? 'noeviction' : 'hidden');
    if (policy !== 'noeviction' && !allowEviction) {
      throw unfit(
        `Redis may evict keys (maxmemory-policy is ${policy}) and with them limits; set it to noeviction, or accept it by REDIS_ALLOW_EVICTION=true (allowEviction)`,
      );
    }
  }
}

/** The rejection says only that there is no connection, the event before it why; with Sentinel only the event comes. */
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
    // Some hosted servers forbid the command; a server that is not there fails the first script instead.
    const [isForbidden, isUnknown] = [/NOPERM/, /unknown command/i].map(
      (pattern) => cause instanceof Error && pattern.test(cause.message),
    );
    if (isForbidden || isUnknown) return { text: '', isForbidden: isForbidden === true };
    throw unfit(`Redis cannot answer: ${explain(cause)}`, cause);
  }
}

/** The first reason that one of them gives. */
async function probe({ createProbes, probed }: ServerChecks): Promise<string | undefined> {
  const reasons = await Promise.all(
    (createProbes?.() ?? []).map(async (server) => {
      // Without a listener ioredis prints what else goes wrong.
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
