import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createFleetClient, patientRedis, startRedisService, unlimited } from '../helpers/fleet.js';
import { runCli } from '../helpers/process.js';
import { findFreePort, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const identity = 'alice@example.com';

/** The processes whose parent is this one. */
function listChildren(parent: number): number[] {
  const { stdout } = spawnSync(requireTool('pgrep', 'procps'), ['-P', String(parent)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

test('workers share secrets, codes and counts; a dead one is replaced; SIGTERM drains all', async () => {
  const redis = await startRedis();
  // No secrets are given: those made up for this run must be the same in every worker.
  const port = String(await findFreePort());
  const env = {
    ...unlimited,
    WORKERS: '3',
    PORT: port,
    OTP_SECRET_KEY: '',
    JWT_SECRET: '',
    LOG_LEVEL: 'info',
  };
  const service = await startRedisService(redis.url, env);
  const fleet = createFleetClient();
  const parent = service.child.pid as number;
  try {
    await until('three workers', () => listChildren(parent).length === 3);
    const flows = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const code = await fleet.obtain(service, identity);
        const answer = await fleet.verify(service, { identity, otp: code });
        assert.equal(answer.status, 200);
        const token = { token: answer.body['access_token'] };
        const check = await fleet.client.post(`${service.url}/api/v1/token/verify`, token);
        assert.equal(check.body['active'], true);
      }
    };
    await flows(10);

    const children = listChildren(parent);
    const [victim] = children;
    process.kill(victim as number, 'SIGKILL');
    await until('a new worker', () => {
      const now = listChildren(parent);
      return now.length === 3 && !now.includes(victim as number);
    });
    // A connection that was kept to the dead worker may break once; nothing is answered wrongly.
    fleet.client.close();
    await flows(5);
    // The new one serves as well: the last of the old ones can go.
    const old = listChildren(parent).filter((pid) => children.includes(pid));
    for (const pid of old) process.kill(pid, 'SIGKILL');
    await until(
      'three new workers',
      () => listChildren(parent).filter((pid) => !children.includes(pid)).length === 3,
    );
    await until(
      'three deaths',
      () => (service.output.stderr.match(/worker died; it is replaced/g)?.length ?? 0) === 3,
    );
    // All may be on their way up.
    await until(
      'a worker that serves',
      async () => (await fleet.client.get(`${service.url}/readyz`)).status === 200,
    );
    fleet.client.close();
    await flows(5);
    assert.equal(
      service.output.stderr.match(/worker died; it is replaced/g)?.length,
      3,
      'a new worker died too',
    );
  } finally {
    fleet.close();
    const children = listChildren(parent);
    assert.deepEqual(await service.stop(), { code: 0, signal: null });
    await until('no worker left', () => children.every((pid) => !isAlive(pid)));
    await redis.stop();
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('several workers with a memory store are refused: each would have counts of its own', async () => {
  for (const WORKERS of ['2', 'auto']) {
    const { code, stderr } = await runCli([], { WORKERS });
    assert.equal(code, 2);
    assert.match(stderr, /^stateless-otp: WORKERS: given "\w+", more than one needs STORE=redis/);
  }
});

test('workers that cannot start take the service down, with the reason', async () => {
  const { code, stderr } = await runCli([], {
    WORKERS: '2',
    STORE: 'redis',
    REDIS_URL: 'redis://127.0.0.1:1',
    ...patientRedis,
  });
  assert.equal(code, 1);
  assert.match(stderr, /stateless-otp: REDIS_URL: Redis cannot be reached: .*ECONNREFUSED/);
});
