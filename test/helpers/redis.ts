import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireTool } from './tools.js';

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface RedisServer {
  port: number;
  url: string;
  folder: string;
  pid: number;
  /** A client for the test itself. */
  client: Redis;
  /** Ends the process; by default with SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a real redis-server on a free port, without persistence unless the arguments say so. */
export async function startRedis(args: string[] = []): Promise<RedisServer> {
  const program = requireTool('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-redis-'));
  const port = await findFreePort();
  let child: ChildProcess;
  let exited: Promise<unknown>;
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => 20,
  });
  client.on('error', () => {});

  async function start(): Promise<void> {
    const fixed = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    child = spawn(program, [...fixed, '--enable-debug-command', 'yes', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    exited = new Promise((resolve) => child.on('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stdout?.on('data', (chunk) => {
        output += chunk;
        if (/Ready to accept connections/.test(output)) resolve();
      });
      void exited.then(() => reject(new Error(`redis-server ended: ${output}`)));
    });
  }

  await start();
  await client.connect();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    get pid() {
      return child.pid as number;
    },
    client,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await exited;
    },
    restart: start,
    async stop() {
      client.disconnect();
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three masters that share all slots. */
export async function startRedisCluster() {
  const servers = await Promise.all([1, 2, 3].map(() => startRedis(['--cluster-enabled', 'yes'])));
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`);
  const created = spawnSync(
    requireTool('redis-cli', 'redis-tools'),
    ['--cluster', 'create', ...hosts, '--cluster-yes'],
    {
      encoding: 'utf8',
    },
  );
  if (created.status !== 0) throw new Error(`${created.stdout}${created.stderr}`);
  for (const { client } of servers) {
    while (!/cluster_state:ok/.test(await client.cluster('INFO')))
      await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    url: `redis+cluster://${hosts.join(',')}`,
    servers,
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}
