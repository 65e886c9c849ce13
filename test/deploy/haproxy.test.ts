import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startRedisService } from '../helpers/fleet.js';
import { certificate, launch, type RunningProxy, substitute } from '../helpers/proxies.js';
import { ask } from '../helpers/proxy-client.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

let redis: RedisServer;
let services: Awaited<ReturnType<typeof startRedisService>>[];
let proxy: RunningProxy;

before(async () => {
  redis = await startRedis();
  const env = { TRUSTED_PROXIES: 'loopback', LOG_LEVEL: 'info', RATE_REQUEST_IP_MAX: '3' };
  services = await Promise.all([1, 2].map(() => startRedisService(redis.url, env)));
  const [first, second] = services.map(({ url }) => new URL(url).port);
  proxy = await launch({
    program: requireTool('haproxy'),
    configure(port, folder) {
      const both = join(folder, 'both.pem');
      const config = substitute('deploy/haproxy/haproxy.cfg', {
        // The machine of a test may allow fewer.
        'maxconn 10000': 'maxconn 100',
        'bind :443': `bind 127.0.0.1:${port}`,
        '/etc/ssl/app.example.com.pem': both,
        '127.0.0.1:8001': `127.0.0.1:${first}`,
        '127.0.0.1:8002': `127.0.0.1:${second}`,
      });
      writeFileSync(both, `${certificate.cert}${certificate.key}`);
      return { config, args: (file) => ['-f', file, '-db'] };
    },
  });
});
after(async () => {
  await proxy.stop();
  await Promise.all(services.map((service) => service.stop()));
  await redis.stop();
});

const request = (headers: readonly (readonly [string, string])[] = [], from = '127.0.0.1') =>
  ask(proxy.port, {
    method: 'POST',
    path: '/api/v1/otp/request',
    body: JSON.stringify({ identity: `${crypto.randomUUID()}@example.com` }),
    headers: [['Content-Type', 'application/json'], ...headers],
    from,
  });
const readLogs = () => services.map(({ output }) => output.stderr).join('');

// Attack: the client names other addresses, to be counted as somebody else each time.
test('the address that is counted is the one that HAProxy saw, whatever the client says', async () => {
  const forgeries = ['X-Forwarded-For', 'x-forwarded-for', 'Forwarded'];
  const statuses: number[] = [];
  for (const [index, name] of [...forgeries, ...forgeries].entries()) {
    statuses.push((await request([[name, `203.0.113.${index}`]], '127.0.0.2')).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429, 429]);
  assert.equal((await request([], '127.0.0.3')).status, 200);
});

test('a request has the id that HAProxy made in the answer and in the log of the service', async () => {
  const { status, headers } = await request([['X-Request-Id', 'of-the-client']], '127.0.0.4');
  assert.equal(status, 200);
  const id = String(headers['x-request-id']);
  assert.match(id, /^[0-9a-f-]{36}$/);
  await until('the request is logged', () => readLogs().includes(id));
  assert.ok(!readLogs().includes('of-the-client'));
});

test('while an instance ends, no request fails, and the other one gets them all', async () => {
  const [first, second] = services;
  assert.ok(first && second);
  let isOver = false;
  const statuses: number[] = [];
  const load = Array.from({ length: 4 }, async (_, index) => {
    while (!isOver)
      statuses.push((await ask(proxy.port, { path: '/livez', from: `127.0.1.${index + 1}` })).status);
  });
  await until('requests are answered', () => statuses.length > 20);
  const exited = first.stop();
  assert.deepEqual(await exited, { code: 0, signal: null });
  const before = statuses.length;
  await until('more are answered', () => statuses.length > before + 50);
  isOver = true;
  await Promise.all(load);
  assert.deepEqual(new Set(statuses), new Set([200]));
});
