import type { Duplex } from 'node:stream';
import { createBatch } from '../../fast/batch.js';
import type { RedisClient } from './scripts.js';

/**
 * Sends the commands of one turn of the event loop in one write: with many requests under way the writes would cost
 * more than all else that a command takes. Called before each command. In a cluster each is written by itself.
 */
export function createGathering(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  const corked = createBatch<Duplex>((streams) => {
    for (const stream of streams) stream.uncork();
  });
  return () => {
    // Another one after each reconnect, and none before the first.
    const { stream } = client as { stream?: Duplex };
    if (!stream) return;
    stream.cork();
    corked.add(stream);
  };
}
