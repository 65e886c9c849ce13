import { Redis } from 'ioredis';
import { launch } from './launch.js';
import { requireSoftware } from './requirements.js';

export interface RedisServer {
  pid: number;
  url: string;
  client: Redis;
  stop(): Promise<void>;
}

/**
 * Starts a redis-server of its own, without persistence.
 *
 * @throws NotRunError when there is none and it cannot be installed
 */
export async function startRedis(core: string | null): Promise<RedisServer> {
  requireSoftware('redis');
  const { pid, port, stop } = await launch({
    command: '/bin/sh',
    args: ['-c', "exec redis-server --port $BENCH_PORT --bind 127.0.0.1 --save '' --appendonly no >&2"],
    env: {},
    core,
  });
  const client = new Redis(port);
  // Commands that fail are reported anyway.
  client.on('error', () => {});
  return {
    pid,
    url: `redis://127.0.0.1:${port}`,
    client,
    async stop() {
      client.disconnect();
      await stop();
    },
  };
}
