import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startNginx } from '../helpers/nginx.js';
import { startService } from '../helpers/process.js';
import { startRedis } from '../helpers/redis.js';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'otp-sockets-'));
  // nginx started by root works as someone else, who has to get to the sockets.
  chmodSync(folder, 0o755);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The status of a request for a code over a unix socket. */
function askForCode(socketPath: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        method: 'POST',
        path: '/api/v1/otp/request',
        headers: { 'Content-Type': 'application/json', ...headers },
        agent: false,
      },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      },
    );
    outgoing.on('error', reject).end(JSON.stringify({ identity: 'alice@example.com' }));
  });
}

test('behind nginx, with unix sockets on both sides, each client has its own limit', async (t) => {
  const path = join(folder, 'behind-nginx');
  const service = await startService({ HOST: path, TRUSTED_PROXIES: 'unix', RATE_REQUEST_IP_MAX: '1' });
  t.after(() => service.stop());
  assert.equal(service.url, `http://unix:${path}:`);
  // nginx itself is behind a proxy, and appends `unix:` as what it sees of that one.
  const nginx = await startNginx(
    `location / { proxy_pass http://unix:${path}:; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }`,
  );
  t.after(() => nginx.stop());
  const ask = (client: string) => askForCode(nginx.socketPath, { 'X-Forwarded-For': client });
  assert.equal(await ask('203.0.113.1'), 200);
  assert.equal(await ask('203.0.113.2:51234'), 200);
  assert.equal(await ask('198.51.100.1, 203.0.113.2'), 429);
});

test('a socket that a killed service left behind is taken over, and one that is in use is not', async (t) => {
  const path = join(folder, 'left-behind');
  const killed = await startService({ HOST: path });
  assert.equal(statSync(path).mode & 0o777, 0o666);
  await assert.rejects(startService({ HOST: path }), /HOST, PORT: cannot listen/);
  assert.equal(await askForCode(path), 200);
  await killed.stop('SIGKILL');
  assert.ok(existsSync(path));
  const next = await startService({ HOST: path });
  t.after(() => next.stop());
  assert.equal(await askForCode(path), 200);
  await next.stop();
  assert.ok(!existsSync(path));
});

test('a file in the place of the socket is left alone', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'kept');
  await assert.rejects(startService({ HOST: path }), /HOST: given .* there is another kind of file/);
  assert.equal(statSync(path).size, 4);
});

test('several workers share one socket', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const path = join(folder, 'shared');
  const service = await startService({
    HOST: path,
    WORKERS: '2',
    STORE: 'redis',
    REDIS_URL: redis.url,
    TRUSTED_PROXIES: 'unix',
    RATE_REQUEST_IP_MAX: '1',
  });
  t.after(() => service.stop());
  for (let client = 1; client <= 4; client++) {
    assert.equal(await askForCode(path, { 'X-Forwarded-For': `203.0.113.${client}` }), 200);
  }
  assert.equal(await askForCode(path, { 'X-Forwarded-For': '203.0.113.1' }), 429);
});
