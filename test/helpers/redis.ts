import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { killAtExit, stopAtEnd } from './leftovers.js';
import { requireTool } from './tools.js';
import { patienceMs, until } from './until.js';

/**
 * A port that is free now, for a server that has to come back on it. It lies under those that Linux gives to outgoing
 * connections, and so does the one 10 000 above, for the bus of a cluster: while the server is away, no connection
 * can take its place, least of all one that a client of it tries in vain.
 */
export async function findFreePort(): Promise<number> {
  const port = randomInt(10_000, 22_000);
  return (await isFree(port)) && (await isFree(port + 10_000)) ? port : findFreePort();
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    // On all addresses, so that no server on any of them is overlooked.
    server.listen(port, () => server.close(() => resolve(true)));
  });
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
  for (let tries = 1; ; tries++) {
    try {
      return await startRedisOn(await findFreePort(), args, flags);
    } catch (error) {
      // Someone else may have taken the port since it was found free.
      if (tries === 5 || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function startRedisOn(port: number, args: string[], flags: string[]): Promise<RedisServer> {
  const program = requireTool('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-redis-'));
  let child: ChildProcess;
  let exited: Promise<unknown>;
  const readArg = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const password = readArg('--requirepass');
  const host = readArg('--bind') ?? '127.0.0.1';
  const client = new Redis({
    host,
    port,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => 20,
    // A command waits until the server is back; by default it fails after so many tries to reach it.
    maxRetriesPerRequest: null,
  });
  client.on('error', () => {});

  async function start(): Promise<void> {
    const settings = [
      '--port',
      String(port),
      '--bind',
      host,
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
      // By default a master waits five seconds for more replicas.
      '--repl-diskless-sync-delay',
      '0',
    ];
    // The settings lie in a file, which Sentinel has to be able to write to.
    const file = join(folder, 'redis.conf');
    if (!existsSync(file)) writeFileSync(file, '');
    child = spawn(program, [file, ...settings, '--enable-debug-command', 'yes', ...args, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test that fails before its end must not leave a server behind.
    const forget = killAtExit(() => child.kill('SIGKILL'));
    exited = new Promise((resolve) => child.on('exit', resolve)).then(forget);
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stdout?.on('data', (chunk) => {
        output += chunk;
        if (/Ready to accept connections|\+monitor|Sentinel ID is/.test(output)) resolve();
      });
      child.on('close', () => reject(new Error(`redis-server ended: ${output}`)));
    });
  }
  async function stop(): Promise<void> {
    client.disconnect();
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }

  stopAtEnd(stop);
  try {
    await start();
    await client.connect();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url: `redis://${host.includes(':') ? `[${host}]` : host}:${port}`,
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
    stop,
  };
}

/** Makes `replica` follow `master`, and waits until it has caught up. */
export async function follow(replica: RedisServer, master: RedisServer): Promise<void> {
  await replica.client.replicaof('127.0.0.1', master.port);
  await until('the replica is in step', async () =>
    /master_link_status:up/.test(await replica.client.info('replication')),
  );
  await untilReplicated(master);
}

/** Waits until a replica has everything that anyone has written so far. */
export async function untilReplicated(master: RedisServer): Promise<void> {
  // WAIT waits for what was written before the last command of its own connection.
  await master.client.ping();
  assert.equal(await master.client.wait(1, patienceMs), 1);
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
    await until('the cluster has come together', async () =>
      /cluster_state:ok/.test(await client.cluster('INFO')),
    );
  }
  return {
    url: `redis+cluster://${hosts.join(',')}`,
    servers,
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}
