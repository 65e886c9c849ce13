import type { Duplex } from 'node:stream';
import { createBatch } from '../../fast/batch.js';
import type { RedisClient } from './scripts.js';

/**
 * Sends the commands of one turn of the event loop in one write: under load, separate writes cost more than the rest of a
 * command. To be called before each command. In a cluster commands are not gathered.
 */
export function createGathering(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  const corked = createBatch<Duplex>((streams) => {
    for (const stream of streams) stream.uncork();
  });
  return () => {
    // Changes with each reconnect, and is missing before the first connection.
    const { stream } = client as { stream?: Duplex };
    if (!stream) return;
    stream.cork();
    corked.add(stream);
  };
}
