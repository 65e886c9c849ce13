import { Cluster } from 'ioredis';
import { OtpError } from '../../errors.js';
import type { RedisClient } from './scripts.js';

export interface ServerChecks {
  /** The database that must be in use. */
  database: number;
  allowEviction?: boolean | undefined;
  allowUnfenced?: boolean | undefined;
}

const unfit = (message: string, cause?: unknown) => new OtpError('store_unavailable', message, { cause });

/**
 * Connects, and refuses a server that could forget what must not happen twice.
 *
 * @throws OtpError `store_unavailable` that says what is wrong and which option accepts it
 */
export async function checkServer(
  client: RedisClient,
  { database, allowEviction, allowUnfenced }: ServerChecks,
): Promise<void> {
  // The rejection of connect says only that there is no connection; the event before it says why.
  let reason: unknown;
  const keepReason = (error: unknown) => {
    reason = error;
  };
  client.on('error', keepReason);
  try {
    if (client.status === 'wait') await client.connect();
    // ioredis goes on in database 0 when it cannot select another, where somebody else's keys may be.
    if (database > 0 && !(client instanceof Cluster)) await client.select(database);
  } catch (cause) {
    throw unfit(`Redis cannot be reached: ${describe(reason ?? cause)}`, cause);
  } finally {
    client.off('error', keepReason);
  }
  const masters = client instanceof Cluster ? client.nodes('master') : [client];
  for (const server of masters) {
    const memory = await readInfo(server, 'memory');
    const replication = await readInfo(server, 'replication');
    if (!/^master_replid:[0-9a-f]+/m.test(replication) && !allowUnfenced) {
      throw unfit(
        'Redis hides master_replid, without which a used code may work again after data has been lost; accept it by REDIS_ALLOW_UNFENCED=true (allowUnfenced)',
      );
    }
    // Hidden together with the rest, it has been accepted with the rest.
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? (allowUnfenced ? 'noeviction' : 'hidden');
    if (policy !== 'noeviction' && !allowEviction) {
      throw unfit(
        `Redis may evict keys (maxmemory-policy is ${policy}) and with them limits; set it to noeviction, or accept it by REDIS_ALLOW_EVICTION=true (allowEviction)`,
      );
    }
  }
}

async function readInfo(server: RedisClient, section: string): Promise<string> {
  try {
    return await server.info(section);
  } catch (cause) {
    // Some hosted servers forbid the command; a server that is not there fails the first script instead.
    if (cause instanceof Error && /NOPERM|unknown command/i.test(cause.message)) return '';
    throw unfit(`Redis cannot answer: ${describe(cause)}`, cause);
  }
}

function describe(error: unknown): string {
  return error instanceof Error
    ? error.message.split('\n')[0]?.slice(0, 100) || error.name
    : 'no reason given';
}
