import type { Duplex } from 'node:stream';
// Not the global one, for which tests put fake timers: a stream would stay corked.
import { setImmediate } from 'node:timers';
import type { RedisClient } from './scripts.js';

/**
 * Sends the commands of one turn of the event loop in one write: under load, separate writes cost more than the rest of a
 * command. To be called before each command. In a cluster commands are not gathered.
 */
export function createGathering(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  /** Until the end of this turn. */
  let corked: Duplex | undefined;
  return () => {
    // Changes with each reconnect, and is missing before the first connection.
    const { stream } = client as { stream?: Duplex };
    if (!stream || stream === corked) return;
    stream.cork();
    corked = stream;
    setImmediate(() => {
      stream.uncork();
      if (corked === stream) corked = undefined;
    });
  };
}
