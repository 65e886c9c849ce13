import { listMasters, type RedisClient } from './scripts.js';

/** How old an answer may get, in calls and in milliseconds. */
const maxCalls = 100;
const maxAgeMs = 1000;

/**
 * How much of its `maxmemory` a server has left, 0 to 1; of a cluster, the fullest. Known from the last answer, which calls
 * renew without waiting for it. 1 until the first answer, without a maximum, and where INFO is forbidden.
 */
export function createFreeMemory(client: RedisClient): () => number {
  let freePart = 1;
  let calls = maxCalls;
  let askedAt = 0;
  let isAsking = false;

  async function ask(): Promise<void> {
    const answers = await Promise.all(listMasters(client).map((server) => server.info('memory')));
    freePart = Math.min(...answers.map(parseFreePart));
  }

  return () => {
    calls += 1;
    const now = performance.now();
    if (isAsking || (calls < maxCalls && now - askedAt < maxAgeMs)) return freePart;
    [calls, askedAt, isAsking] = [0, now, true];
    const finish = () => {
      isAsking = false;
    };
    ask().then(finish, finish);
    return freePart;
  };
}

/** @param info the answer to `INFO memory` */
export function parseFreePart(info: string): number {
  const [used = 0, max = 0] = ['used_memory', 'maxmemory'].map((name) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0),
  );
  return max === 0 ? 1 : Math.max(0, 1 - used / max);
}
