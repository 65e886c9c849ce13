import type { Duplex } from 'node:stream';
import type { RedisClient } from './scripts.js';

/**
 * Sends the commands of one turn of the event loop in one write: with many requests under way the writes would cost
 * more than all else that a command takes. Called before each command. In a cluster each is written by itself.
 */
export function createGathering(client: RedisClient): () => void {
  if (client.isCluster) return () => {};
  let held: Duplex | undefined;
  const release = () => {
    held?.uncork();
    held = undefined;
  };
  return () => {
    // Another one after each reconnect, and none before the first.
    const { stream } = client as { stream?: Duplex };
    if (held || !stream) return;
    held = stream;
    stream.cork();
    setImmediate(release);
  };
}
