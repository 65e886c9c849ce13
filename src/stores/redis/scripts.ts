import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster, type Redis } from 'ioredis';
import { bucketsPerPeriod, unitsPerSend, verifiedDays } from '../../core/ladder.js';
import { daySeconds, fewestShortAttempts, policyNumbers } from '../../core/policy.js';
import { leanScript } from '../../fast/lean-script.js';
import { createScriptWriter, ScriptCommand } from '../../fast/script-command.js';
import type { TimeoutQueue } from '../../fast/timeout-queue.js';

/** A single server, possibly behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/** The servers that scripts run on. */
export function listMasters(client: RedisClient): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** Numbers that the scripts share with the other stores. */
const constants = {
  MAX_LIFE_SECONDS: policyNumbers.windowSeconds.max,
  FEWEST_SHORT_ATTEMPTS: fewestShortAttempts,
  UNITS_PER_SEND: unitsPerSend,
  BUCKETS_PER_PERIOD: bucketsPerPeriod,
  VERIFIED_DAYS: verifiedDays,
  DAY: daySeconds * 1_000_000, // in microseconds, like all times in the scripts
};
const prelude = `local ${Object.keys(constants).join(', ')} = ${Object.values(constants).join(', ')}\n${loadSource('prelude')}`;

/** Every script, and the files that come between the prelude and its own. */
const parts = {
  open: ['budget', 'counts', 'spending'],
  attempt: ['budget'],
  consume: ['budget'],
  retract: ['budget'],
  release: ['budget'],
  note: ['budget'],
  inspect: ['budget'],
  clear: ['budget'],
  hit: [],
  spend: ['counts', 'spending'],
  refund: ['counts'],
  claim: [],
  ended: [],
  exchange: [],
  ping: [],
} as const;
export type ScriptName = keyof typeof parts;

/** Makes a value for each script. */
export function forEachScript<Value>(make: (name: ScriptName) => Value): Record<ScriptName, Value> {
  const names = Object.keys(parts) as ScriptName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<ScriptName, Value>;
}

/**
 * Loads a script; what is returned runs it atomically, in one round trip.
 *
 * @param timeouts for a client of one server that this store has made; any other sends commands in its own way
 */
export function loadScript(name: ScriptName) {
  const source = leanScript([prelude, ...parts[name].map(loadSource), loadSource(name)].join('\n'));
  const digest = createHash('sha1').update(source).digest('hex');
  const write = createScriptWriter(digest);
  return async (redis: RedisClient, timeouts: TimeoutQueue | undefined, keys: string[], args: string[]) => {
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
