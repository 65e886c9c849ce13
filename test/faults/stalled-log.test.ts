import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patientRedis } from '../helpers/fleet.js';
import { createHttpClient } from '../helpers/http-client.js';
import { noEnvFile, root } from '../helpers/process.js';
import { startRedis } from '../helpers/redis.js';
import { type OutputKind, startStalled } from '../helpers/stalled-reader.js';
import { until } from '../helpers/until.js';

/** Far more lines than may wait in one process and in its output. */
const enough = 6000;

async function startStalledService(kind: OutputKind, env: Record<string, string>) {
  const command = [process.execPath, `${root}dist/cli/main.js`, ...noEnvFile];
  // So that each request has one line: codes that get long have two.
  const unlimited = { RATE_REQUEST_IP_MAX: '0', OTP_LENGTHEN_AFTER: '0' };
  const service = startStalled(kind, command, { PORT: '0', ...unlimited, ...env });
  const [, url = ''] = await service.waitFor(/API +(http:\S+)\/api\/v1/);
  return { ...service, url };
}

/** Requests codes for many people; resolves with how often each status was answered. */
async function ask(url: string, count: number): Promise<Record<number, number>> {
  const client = createHttpClient(50);
  const statuses: Record<number, number> = {};
  let next = 0;
  const run = async () => {
    while (next < count) {
      const identity = `person${next++}@example.com`;
      const { status } = await client.post(`${url}/api/v1/otp/request`, { identity });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 50 }, run));
  client.close();
  return statuses;
}

async function testStalledLog(kind: OutputKind, requestCount: number, env: Record<string, string>) {
  const service = await startStalledService(kind, env);
  assert.deepEqual(await ask(service.url, requestCount), { 200: requestCount });
  service.read();
  const count = (what: (line: Record<string, unknown>) => number) =>
    service.readLines().reduce((sum, line) => sum + what(line), 0);
  const countDropped = () => count(({ dropped }) => Number(dropped ?? 0));
  const countWritten = () => count(({ event }) => (event === 'code.sent' ? 1 : 0));
  await until('every line written or counted', () => countDropped() + countWritten() >= requestCount);
  assert.ok(countDropped() > 0);
  assert.equal(countDropped() + countWritten(), requestCount);
  assert.deepEqual(await ask(service.url, 10), { 200: 10 });
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  assert.equal(countDropped() + countWritten(), requestCount + 10, 'what was logged last is written');
  // Of each process; the parent may be later with its own.
  assert.equal(
    count(({ msg }) => (msg === 'stopped' ? 1 : 0)),
    Number(env['WORKERS'] ?? 1),
  );
}

// Attack, or a bad day: the log collector stops reading.
test('the service answers while nobody reads its log, and says afterwards how many lines were dropped', () =>
  testStalledLog('pipe', enough, {}));

// A socket's flags are shared by all workers, and starting one clears them.
test('workers answer while nobody reads the log that they share', async () => {
  const redis = await startRedis();
  try {
    const env = { WORKERS: '2', STORE: 'redis', REDIS_URL: redis.url, ...patientRedis };
    await testStalledLog('socket', 2 * enough, env);
  } finally {
    await redis.stop();
  }
});
