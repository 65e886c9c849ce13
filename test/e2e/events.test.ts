import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { startHttpStub } from '../helpers/http-stub.js';
import { postTo, startService } from '../helpers/process.js';
import { until } from '../helpers/until.js';

const EVENTS_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** The built service, posting events to a receiver. */
async function startPosting(graceSeconds: number) {
  const receiver = await startHttpStub({ status: 204 });
  const service = await startService({
    EVENTS_URL: receiver.url,
    EVENTS_SECRET,
    EVENTS_ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'warn',
    SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
  });
  const request = () => postTo(`${service.url}/api/v1/otp/request`, { identity: 'alice@example.com' });
  return { receiver, service, request };
}

test('the service posts signed events, whatever the log shows, and the last ones before it stops', async () => {
  const { receiver, service, request } = await startPosting(60);
  for (let i = 0; i < 3; i++) assert.equal((await request()).status, 200);
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  const types = receiver.received.map(({ body, headers }) => {
    const event = new Webhook(EVENTS_SECRET).verify(body, headers as Record<string, string>);
    return (event as { type: string }).type;
  });
  assert.deepEqual(types, ['code.sent', 'code.sent', 'code.sent']);
  assert.doesNotMatch(service.output.stderr, /events\./);
});

test('a service that stops says how many events are lost, and does not wait for the receiver longer than it may', async () => {
  const { receiver, service, request } = await startPosting(3);
  receiver.answer({ status: 503, headers: { 'retry-after': '3600' } });
  for (let i = 0; i < 3; i++) assert.equal((await request()).status, 200);
  await until('the receiver was asked', () => receiver.received.length > 0);
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  const lost = service.output.stderr.split('\n').filter((line) => line.includes('"events.lost"'));
  assert.equal(lost.length, 1);
  assert.equal(JSON.parse(lost[0] ?? '').lost, 3);
});
