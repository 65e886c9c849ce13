import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';

/** A single server (also behind Sentinel) or a cluster. */
export type RedisClient = Redis | Cluster;

/** Runs one script atomically on the server that holds these keys, in one round trip. */
export type RunScript = (client: RedisClient, keys: string[], args: string[]) => Promise<unknown>;

const prelude = loadSource('prelude');

/** Loads `name.lua`, with the prelude before it. */
export function loadScript(name: string): RunScript {
  const source = `${prelude}\n${loadSource(name)}`;
  const digest = createHash('sha1').update(source).digest('hex');
  return async (client, keys, args) => {
    try {
      return await client.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      // A server that does not know the script has not run it.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(source, keys.length, ...keys, ...args);
    }
  };
}

function loadSource(name: string): string {
  return readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}
