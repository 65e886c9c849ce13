import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { benchRoot, type Cores } from './launch.js';

/** What the figures will be measured on, and how busy it is before. */
export function describeMachine({ server, load, store }: Cores): Record<string, string | number> {
  const pinned = 'not pinned';
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    serverCore: server ?? pinned,
    loadCore: load ?? pinned,
    redisCore: store ?? pinned,
  };
}

/** What was measured, as far as it is installed. */
export function readVersions(): Record<string, string> {
  const ours = join(benchRoot, '..');
  const versions: Record<string, string | undefined> = {
    'stateless-otp': readPackage(ours).version,
    commit: run('git', ['-C', ours, 'rev-parse', '--short', 'HEAD']),
    node: process.version,
    redis: /v=(\S+)/.exec(run('redis-server', ['--version']) ?? '')?.[1],
  };
  for (const name of ['hono', '@hono/node-server', 'ioredis', 'jose']) {
    versions[name] = readPackage(join(ours, 'node_modules', name)).version;
  }
  const rivals = join(benchRoot, 'rivals');
  for (const name of Object.keys(readPackage(rivals).dependencies ?? {})) {
    versions[`rival ${name}`] = readPackage(join(rivals, 'node_modules', name)).version;
  }
  const script =
    'import sys, fastapi, uvicorn, django, django_redis, gunicorn; print(sys.version.split()[0], fastapi.__version__, uvicorn.__version__, django.__version__, django_redis.__version__, gunicorn.__version__)';
  const python = run('/usr/bin/python3', ['-c', script])?.split(' ') ?? [];
  for (const [index, name] of [
    'python',
    'fastapi',
    'uvicorn',
    'django',
    'django-redis',
    'gunicorn',
  ].entries()) {
    versions[`rival ${name}`] = python[index];
  }
  return Object.fromEntries(
    Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

interface PackageFile {
  version?: string;
  dependencies?: Record<string, string>;
}

function readPackage(folder: string): PackageFile {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function run(command: string, args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
