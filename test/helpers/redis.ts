import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireTool } from './tools.js';

/** A port that was free a moment ago; low enough for the bus of a cluster, which takes the one 10 000 above. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port <= 55_535 ? port : findFreePort();
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

/** Starts a real redis-server on a free port, without persistence unless the arguments say so. `--sentinel` goes last. */
export async function startRedis(args: string[] = [], flags: string[] = []): Promise<RedisServer> {
  const program = requireTool('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-redis-'));
  const port = await findFreePort();
  let child: ChildProcess;
  let exited: Promise<unknown>;
  const password = args[args.indexOf('--requirepass') + 1];
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(args.includes('--requirepass') && password !== undefined ? { password } : {}),
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => 20,
  });
  client.on('error', () => {});

  async function start(): Promise<void> {
    const settings = [
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
    // The settings lie in a file, which Sentinel has to be able to write to.
    const file = join(folder, 'redis.conf');
    if (!existsSync(file)) writeFileSync(file, '');
    child = spawn(program, [file, ...settings, '--enable-debug-command', 'yes', ...args, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test that fails before its end must not leave a server behind.
    process.once('exit', () => child.kill('SIGKILL'));
    exited = new Promise((resolve) => child.on('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stdout?.on('data', (chunk) => {
        output += chunk;
        if (/Ready to accept connections|\+monitor|Sentinel ID is/.test(output)) resolve();
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
