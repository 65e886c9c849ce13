import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFleetClient, type Service, startRedisService, unlimited } from '../helpers/fleet.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { makeWrong } from '../helpers/otp.js';
import { startRedis } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const bob = 'bob@example.com';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Whole flows, one after the other in each lane, until told to stop. Counts what came of them. `controlMs` is the longest
 * that a call without Redis took meanwhile: what the machine and the load cost by themselves, each time that a call waits
 * for the processor. One that gives Redis up does so twice.
 */
function startLoad(fleet: ReturnType<typeof createFleetClient>, services: Service[], lanes: number) {
  let isRunning = true;
  const statuses = new Map<number, number>();
  let slowest503Ms = 0;
  let controlMs = 0;
  const run = async (lane: number) => {
    for (let i = 0; isRunning; i++) {
      const service = services[lane % services.length] as Service;
      const identity = `user:${lane}.${i}`;
      const requested = await fleet.request(service, { identity });
      const verified = await fleet.verify(service, { identity, otp: '123456' });
      for (const { status, elapsedMs, retryAfter } of [requested, verified]) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        // Of a process that is gone the answer comes at once, and again, and again.
        if (status === 0) await pause(20);
        if (status !== 503) continue;
        assert.equal(retryAfter, '1');
        slowest503Ms = Math.max(slowest503Ms, elapsedMs);
      }
    }
  };
  const control = async () => {
    while (isRunning) {
      const startedAt = performance.now();
      await pause(5);
      await fleet.client.get(`${services[0]?.url}/livez`);
      controlMs = Math.max(controlMs, performance.now() - startedAt);
    }
  };
  const finished = Promise.all([control(), ...Array.from({ length: lanes }, (_, lane) => run(lane))]);
  const stop = async () => {
    isRunning = false;
    await finished;
    return { statuses, slowest503Ms, controlMs };
  };
  stopAtEnd(() => {
    isRunning = false;
  });
  return { statuses, stop };
}

function waitUntilReady(fleet: ReturnType<typeof createFleetClient>, service: Service): Promise<void> {
  return until('ready again', async () => (await fleet.client.get(`${service.url}/readyz`)).status === 200);
}

/** A code, asked for again when Redis looks gone because the machine stood still for half a second. */
async function obtain(fleet: ReturnType<typeof createFleetClient>, service: Service, identity: string) {
  await until(`a code for ${identity}`, async () => {
    const { status, body } = await fleet.request(service, { identity });
    assert.ok(status === 200 || status === 503, JSON.stringify(body));
    return status === 200;
  });
  return fleet.readCode(service, identity);
}

/** A whole flow, begun again for the same reason. */
async function complete(fleet: ReturnType<typeof createFleetClient>, service: Service, identity: string) {
  const flow = { code: '', token: '' };
  await until(`a flow of ${identity}`, async () => {
    flow.code = await obtain(fleet, service, identity);
    const { status, body } = await fleet.verify(service, { identity, otp: flow.code });
    if (status === 503) return false;
    assert.equal(status, 200, JSON.stringify(body));
    flow.token = String(body['access_token']);
    return true;
  });
  return flow;
}

test('Redis stopped for 3 s under load: 503 within a second, tokens are checked, and all is well afterwards', async () => {
  const redis = await startRedis();
  const service = await startRedisService(redis.url, { ...unlimited, REDIS_TIMEOUT_MS: '500' });
  const fleet = createFleetClient();
  try {
    const { code: used, token } = await complete(fleet, service, alice);
    const pending = await obtain(fleet, service, alice);
    const load = startLoad(fleet, [service], 10);
    process.kill(redis.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    const during = await fleet.verify(service, { identity: alice, otp: pending });
    assert.equal(during.status, 503);
    assert.equal(during.body.code, 'store_unavailable');
    assert.equal((await fleet.client.get(`${service.url}/readyz`)).status, 503);
    assert.equal((await fleet.client.get(`${service.url}/livez`)).status, 200);
    const check = await fleet.client.post(`${service.url}/api/v1/token/verify`, { token });
    assert.equal(check.body['active'], true);
    await pause(3000 - (performance.now() - stoppedAt));
    process.kill(redis.pid, 'SIGCONT');
    await waitUntilReady(fleet, service);
    await until('the load succeeds again', () => (load.statuses.get(200) ?? 0) > 0);
    const { statuses, slowest503Ms, controlMs } = await load.stop();

    assert.ok((statuses.get(503) ?? 0) > 0);
    const slowestMs = Math.max(slowest503Ms, during.elapsedMs);
    assert.ok(slowestMs < 1000 + 2 * controlMs, `${slowestMs} ms for a 503, ${controlMs} ms for a control`);
    for (let replay = 0; replay < 3; replay++) {
      assert.notEqual((await fleet.verify(service, { identity: alice, otp: used })).status, 200);
    }
    await complete(fleet, service, bob);
    assert.doesNotMatch(service.output.stderr, /unhandled|TypeError|"at":/i);
  } finally {
    fleet.close();
    await service.stop();
    await redis.stop();
  }
});

test('Redis killed under load: 503 while it is away, and a restart of Redis is enough', async () => {
  const redis = await startRedis();
  const service = await startRedisService(redis.url, unlimited);
  const fleet = createFleetClient();
  try {
    const used = await fleet.obtain(service, alice);
    assert.equal((await fleet.verify(service, { identity: alice, otp: used })).status, 200);
    const load = startLoad(fleet, [service], 5);
    await redis.kill();
    const during = await fleet.verify(service, { identity: alice, otp: used });
    assert.equal(during.status, 503);
    await redis.restart();
    await waitUntilReady(fleet, service);
    const { statuses, controlMs } = await load.stop();
    assert.ok(
      during.elapsedMs < 1000 + 2 * controlMs,
      `${during.elapsedMs} ms, ${controlMs} ms for a control`,
    );
    assert.deepEqual(
      [...statuses.keys()].filter((status) => ![200, 401, 410, 503].includes(status)),
      [],
    );
    for (let replay = 0; replay < 3; replay++) {
      assert.equal((await fleet.verify(service, { identity: alice, otp: used })).status, 410);
    }
    const fresh = await fleet.obtain(service, alice);
    assert.equal((await fleet.verify(service, { identity: alice, otp: fresh })).status, 200);
  } finally {
    fleet.close();
    await service.stop();
    await redis.stop();
  }
});

test('a server process killed under load takes nothing with it: another continues with the same codes and counts', async () => {
  const redis = await startRedis();
  const [doomed, other] = await Promise.all([
    startRedisService(redis.url, unlimited),
    startRedisService(redis.url, unlimited),
  ]);
  const fleet = createFleetClient();
  try {
    const used = await fleet.obtain(doomed, alice);
    assert.equal((await fleet.verify(doomed, { identity: alice, otp: used })).status, 200);
    const pending = await fleet.obtain(doomed, bob);
    const wrong = makeWrong(pending);
    for (let i = 0; i < 3; i++) await fleet.verify(doomed, { identity: bob, otp: wrong });

    const load = startLoad(fleet, [doomed, other], 8);
    await pause(100);
    await doomed.stop('SIGKILL');
    for (let replay = 0; replay < 3; replay++) {
      assert.equal((await fleet.verify(other, { identity: alice, otp: used })).status, 410);
    }
    const guess = await fleet.verify(other, { identity: bob, otp: wrong });
    assert.deepEqual([guess.status, guess.body['attempts_left']], [401, 1]);
    assert.equal((await fleet.verify(other, { identity: bob, otp: pending })).status, 200);
    const fresh = await fleet.obtain(other, alice);
    assert.equal((await fleet.verify(other, { identity: alice, otp: fresh })).status, 200);
    await load.stop();
  } finally {
    fleet.close();
    await other.stop();
    await redis.stop();
  }
});
