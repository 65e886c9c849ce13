import { createJsonItems } from '../../fast/repeated-json.js';
import { TimeoutQueue } from '../../fast/timeout-queue.js';
import { processClock } from '../../monotonic-clock.js';
import { createGathering } from './gathering.js';
import { forEachScript, loadScript, type RedisClient, type ScriptName } from './scripts.js';

const run = forEachScript(loadScript);

/**
 * Runs a script.
 *
 * @param names texts of the call
 * @param settings anything else, in the order in which the script reads it
 * @param policy further settings that are the same in most calls, so that they are rarely serialised again
 */
export type Send = (
  name: ScriptName,
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
  const writeItems = forEachScript(createJsonItems);
  const start = `[0,${isFenced}`;
  return (name, keys, names, settings, policy = []) => {
    let text = testClockOffsetMs ? `[${testClockOffsetMs() * 1000},${isFenced}` : start;
    if (settings.length > 0) text += `,${JSON.stringify(settings).slice(1, -1)}`;
    if (policy.length > 0) text += `,${writeItems[name](policy)}`;
    gather();
    return run[name](redis, timeouts, keys, [`${text}]`, ...names]);
  };
}
