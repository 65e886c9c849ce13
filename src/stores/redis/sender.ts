import { createJsonItems, type WriteJsonItems } from '../../fast/repeated-json.js';
import { TimeoutQueue } from '../../fast/timeout-queue.js';
import { processClock } from '../../monotonic-clock.js';
import { storeVerbs } from '../../store-verbs.js';
import { createGathering } from './gathering.js';
import { loadScript, type RedisClient, type RunScript } from './scripts.js';

const verbs = [
  ...storeVerbs,
  'retract',
  'clear',
  'ended',
  'inspect',
  'note',
  'spend',
  'refund',
  'spend-and-open',
  'hit-and-attempt',
] as const;
type Verb = (typeof verbs)[number];
const run = Object.fromEntries(verbs.map((name) => [name, loadScript(name)])) as Record<Verb, RunScript>;

/**
 * Runs the script of a verb.
 *
 * @param names texts of the call
 * @param settings anything else, in the order in which the script reads it
 * @param policy further settings that are the same in most calls, so that they are rarely written again
 */
export type Send = (
  name: Verb,
  keys: string[],
  names: string[],
  settings: readonly unknown[],
  policy?: readonly unknown[],
) => Promise<unknown>;

export function createSender(
  redis: RedisClient,
  options: {
    /** Whether this store has made the client. */
    isOwn: boolean;
    timeoutMs: number;
    /** Whether the scripts refuse a server that has lost data. */
    isFenced: boolean;
    testClockOffsetMs?: (() => number) | undefined;
  },
): Send {
  const { isOwn, timeoutMs, isFenced, testClockOffsetMs } = options;
  const gather = createGathering(redis);
  const timeouts = isOwn && !redis.isCluster ? new TimeoutQueue(timeoutMs, processClock) : undefined;
  const client = { redis, timeouts };
  const start = `[0,${isFenced}`;
  const writeItems = Object.fromEntries(verbs.map((name) => [name, createJsonItems()])) as Record<
    Verb,
    WriteJsonItems
  >;
  return (name, keys, names, settings, policy = []) => {
    let text = testClockOffsetMs ? `[${testClockOffsetMs() * 1000},${isFenced}` : start;
    if (settings.length > 0) text += `,${JSON.stringify(settings).slice(1, -1)}`;
    if (policy.length > 0) text += `,${writeItems[name](policy)}`;
    gather();
    return run[name](client, keys, [`${text}]`, ...names]);
  };
}
