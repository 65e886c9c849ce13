import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFleetClient, type Service, startRedisService, unlimited } from '../helpers/fleet.js';
import { startRedis } from '../helpers/redis.js';

const alice = 'alice@example.com';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whole flows, one after the other in each lane, until told to stop. Counts what came of them. */
function startLoad(fleet: ReturnType<typeof createFleetClient>, services: Service[], lanes: number) {
  let isRunning = true;
  const statuses = new Map<number, number>();
  let slowest503Ms = 0;
  const run = async (lane: number) => {
    for (let i = 0; isRunning; i++) {
      const service = services[lane % services.length] as Service;
      const identity = `user:${lane}.${i}`;
      const requested = await fleet.request(service, { identity });
      const verified = await fleet.verify(service, { identity, otp: '123456' });
      for (const { status, elapsedMs, retryAfter } of [requested, verified]) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status !== 503) continue;
        assert.equal(retryAfter, '1');
        slowest503Ms = Math.max(slowest503Ms, elapsedMs);
      }
    }
  };
  const finished = Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  return {
    async stop() {
      isRunning = false;
      await finished;
      return { statuses, slowest503Ms };
    },
  };
}

async function waitUntilReady(
  fleet: ReturnType<typeof createFleetClient>,
  service: Service,
): Promise<number> {
  const startedAt = performance.now();
  while ((await fleet.client.get(`${service.url}/readyz`)).status !== 200) {
    assert.ok(performance.now() - startedAt < 5000, 'not ready again within 5 s');
    await pause(20);
  }
  return performance.now() - startedAt;
}

test('Redis stopped for 3 s under load: 503 within a second, tokens are checked, and all is well afterwards', async () => {
  const redis = await startRedis();
  const service = await startRedisService(redis.url, unlimited);
  const fleet = createFleetClient();
  try {
    const used = await fleet.obtain(service, alice);
    const { body } = await fleet.verify(service, { identity: alice, otp: used });
    const pending = await fleet.obtain(service, alice);

    const load = startLoad(fleet, [service], 10);
    process.kill(redis.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    const during = await fleet.verify(service, { identity: alice, otp: pending });
    assert.equal(during.status, 503);
    assert.equal(during.body.code, 'store_unavailable');
    assert.ok(during.elapsedMs < 1000, `${during.elapsedMs} ms`);
    assert.equal((await fleet.client.get(`${service.url}/readyz`)).status, 503);
    assert.equal((await fleet.client.get(`${service.url}/livez`)).status, 200);
    const check = await fleet.client.post(`${service.url}/api/v1/token/verify`, {
      token: body['access_token'],
    });
    assert.equal(check.body['active'], true);
    await pause(3000 - (performance.now() - stoppedAt));
    process.kill(redis.pid, 'SIGCONT');
    await waitUntilReady(fleet, service);
    const { statuses, slowest503Ms } = await load.stop();

    assert.ok((statuses.get(503) ?? 0) > 0 && (statuses.get(200) ?? 0) > 0);
    assert.ok(slowest503Ms < 1000, `${slowest503Ms} ms for a 503`);
    for (let replay = 0; replay < 3; replay++) {
      assert.notEqual((await fleet.verify(service, { identity: alice, otp: used })).status, 200);
    }
    const fresh = await fleet.obtain(service, 'bob@example.com');
    assert.equal((await fleet.verify(service, { identity: 'bob@example.com', otp: fresh })).status, 200);
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
    assert.ok(during.elapsedMs < 1000);
    await redis.restart();
    await waitUntilReady(fleet, service);
    const { statuses } = await load.stop();
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

test('a server process killed under load takes nothing with it: another goes on with the same codes and counts', async () => {
  const redis = await startRedis();
  const [doomed, other] = await Promise.all([
    startRedisService(redis.url, unlimited),
    startRedisService(redis.url, unlimited),
  ]);
  const fleet = createFleetClient();
  try {
    const used = await fleet.obtain(doomed, alice);
    assert.equal((await fleet.verify(doomed, { identity: alice, otp: used })).status, 200);
    const pending = await fleet.obtain(doomed, 'bob@example.com');
    const wrong = pending === '000000' ? '111111' : '000000';
    for (let i = 0; i < 3; i++) await fleet.verify(doomed, { identity: 'bob@example.com', otp: wrong });

    const load = startLoad(fleet, [doomed, other], 8);
    await pause(100);
    await doomed.stop('SIGKILL');
    for (let replay = 0; replay < 3; replay++) {
      assert.equal((await fleet.verify(other, { identity: alice, otp: used })).status, 410);
    }
    const guess = await fleet.verify(other, { identity: 'bob@example.com', otp: wrong });
    assert.deepEqual([guess.status, guess.body['attempts_left']], [401, 1]);
    assert.equal((await fleet.verify(other, { identity: 'bob@example.com', otp: pending })).status, 200);
    const fresh = await fleet.obtain(other, alice);
    assert.equal((await fleet.verify(other, { identity: alice, otp: fresh })).status, 200);
    await load.stop();
  } finally {
    fleet.close();
    await other.stop();
    await redis.stop();
  }
});
