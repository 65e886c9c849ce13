import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { bucketsPerPeriod, daySeconds, unitsPerSend, verifiedDays } from '../../core/ladder.js';
import { fewestShortAttempts, policyNumbers } from '../../core/policy.js';
import { createScriptWriter, ScriptCommand } from '../../fast/script-command.js';
import type { TimeoutQueue } from '../../fast/timeout-queue.js';

/** A single server, possibly behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/** Runs a script atomically, in one round trip. */
export type RunScript = (client: ScriptClient, keys: string[], args: string[]) => Promise<unknown>;

/** A client, and how it sends scripts. */
export interface ScriptClient {
  redis: RedisClient;
  /** For a client of one server that this store has made; any other sends commands in its own way. */
  timeouts?: TimeoutQueue | undefined;
}

/** Rules that the scripts share with the other stores. */
const constants = {
  MAX_LIFE_SECONDS: policyNumbers.windowSeconds.max,
  FEWEST_SHORT_ATTEMPTS: fewestShortAttempts,
  UNITS_PER_SEND: unitsPerSend,
  BUCKETS_PER_PERIOD: bucketsPerPeriod,
  VERIFIED_DAYS: verifiedDays,
  DAY_SECONDS: daySeconds,
};
const prelude = `local ${Object.keys(constants).join(', ')} = ${Object.values(constants).join(', ')}\n${loadSource('prelude')}`;

/** What some scripts need besides the prelude. */
const parts: Record<string, readonly string[]> = {
  spend: ['ladder', 'counts', 'spending'],
  refund: ['counts'],
  open: ['budget', 'ladder', 'opening'],
  'spend-and-open': ['budget', 'ladder', 'counts', 'spending', 'opening'],
  attempt: ['budget', 'attempting'],
  'hit-and-attempt': ['budget', 'attempting'],
  consume: ['budget'],
  retract: ['budget'],
  release: ['budget'],
  note: ['budget'],
  inspect: ['budget'],
  clear: ['budget'],
};

/** Loads `name.lua`, preceded by the prelude. */
export function loadScript(name: string): RunScript {
  const source = [prelude, ...(parts[name] ?? []).map(loadSource), loadSource(name)].join('\n');
  const digest = createHash('sha1').update(source).digest('hex');
  const write = createScriptWriter(digest);
  return async ({ redis, timeouts }, keys, args) => {
    try {
      if (timeouts) return await redis.sendCommand(new ScriptCommand(write(keys, args), timeouts));
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      // Safe to send again: a server that does not know the script has not run it.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(source, keys.length, ...keys, ...args);
    }
  };
}

function loadSource(name: string): string {
  return readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}
