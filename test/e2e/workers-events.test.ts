import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedisService, unlimited } from '../helpers/fleet.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { startRedis } from '../helpers/redis.js';

test('every worker posts its own events, once, and delivers the last ones before it stops', async () => {
  const redis = await startRedis();
  const receiver = await startHttpStub({ status: 204 });
  const service = await startRedisService(redis.url, {
    ...unlimited,
    WORKERS: '3',
    EVENTS_URL: receiver.url,
    EVENTS_SECRET: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    EVENTS_ALLOW_PRIVATE_TARGETS: 'true',
  });
  const count = 60;
  for (let i = 0; i < count; i++) {
    const response = await fetch(`${service.url}/api/v1/otp/request`, {
      method: 'POST',
      // A connection of its own, so that the workers take turns.
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify({ identity: `alice${i}@example.com` }),
    });
    assert.equal(response.status, 200);
  }
  assert.equal((await service.stop()).code, 0);
  await redis.stop();
  const posted = receiver.received.map(({ body }) => JSON.parse(body).data);
  assert.equal(posted.filter(({ event }) => event === 'code.sent').length, count);
  assert.equal(new Set(posted.map(({ request_id: id }) => id)).size, count);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, ids.length);
});
