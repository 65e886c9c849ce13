import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { postTo, root, startService } from '../helpers/process.js';
import { findFreePort, startRedis } from '../helpers/redis.js';

const folder = join(root, 'dist/bundle');
const files = readdirSync(folder).filter((name) => /\.c?js$/.test(name));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** Everything that the entry loads with itself, without what it may load later. */
function loadedAtStart(): Set<string> {
  const loaded = new Set(['main.js']);
  for (const name of loaded) {
    for (const [, target = ''] of read(name).matchAll(/(?:from|^import|;import)\s*"\.\/([^"]+)"/gm))
      loaded.add(target);
  }
  return loaded;
}

test('the bundle imports nothing but what Node has', () => {
  for (const name of files) {
    for (const [, target = ''] of read(name).matchAll(/^import\b[^;]*?from\s*["']([^"'.][^"']*)["'];/gm)) {
      assert.ok(process.getBuiltinModule(target), `${name}: ${target}`);
    }
  }
});

test('a start loads neither ioredis nor nodemailer, which are in files for later', () => {
  const names = [...loadedAtStart()];
  assert.ok(names.length > 1);
  for (const sign of ['SentinelConnector', 'SMTPPool']) {
    const holders = files.filter((name) => read(name).includes(sign));
    assert.ok(holders.length > 0, sign);
    for (const name of holders) assert.ok(!names.includes(name), `${sign} in ${name}`);
  }
});

/** What a service has loaded that was asked by these identities, of Node and of the bundle. */
async function listLoaded(t: TestContext, env: Record<string, string>, identities: string[]) {
  const place = mkdtempSync(join(tmpdir(), 'loaded-'));
  t.after(() => rmSync(place, { recursive: true }));
  const probe = `const get = process.getBuiltinModule;
    process.on('exit', () => get('fs').writeFileSync(process.env.TEST_LOADED, JSON.stringify([
      ...process.moduleLoadList, ...Object.keys(get('module')._cache)])));`;
  const { url, stop } = await startService({
    ...env,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(probe)}`,
    TEST_LOADED: join(place, 'loaded'),
    OTP_PHONE_COUNTRIES: '*',
  });
  for (const identity of identities) {
    const { status } = await postTo(`${url}/api/v1/otp/request`, { identity });
    assert.equal(status, 200, identity);
  }
  assert.equal((await stop()).code, 0);
  const loaded: string[] = JSON.parse(readFileSync(join(place, 'loaded'), 'utf8'));
  return loaded.map((name) => name.replace(/^NativeModule |^.*\/(?=[^/]*\.cjs$)/, ''));
}

const heavy = ['internal/deps/undici/undici', 'tls', 'zlib', 'assert', 'libphonenumber-js.cjs', 'tr46.cjs'];

test('a service that has answered has loaded neither fetch nor TLS, and no tables', async (t) => {
  const loaded = await listLoaded(t, {}, ['alice@example.com']);
  assert.ok(loaded.includes('http'));
  assert.deepEqual(
    heavy.filter((name) => loaded.includes(name)),
    [],
  );
});

test('nor has one on a Redis without TLS', async (t) => {
  const server = await startRedis();
  try {
    const env = { STORE: 'redis', REDIS_URL: `redis://127.0.0.1:${server.port}` };
    const loaded = await listLoaded(t, env, ['alice@example.com']);
    assert.ok(loaded.includes('http'));
    assert.deepEqual(
      heavy.filter((name) => loaded.includes(name)),
      [],
    );
  } finally {
    await server.stop();
  }
});

test('the first phone number and the first domain beyond ASCII load what they need', async (t) => {
  const loaded = await listLoaded(t, {}, ['+4915123456789', 'alice@b\u00fccher.example']);
  assert.deepEqual(
    heavy.filter((name) => loaded.includes(name)),
    ['libphonenumber-js.cjs', 'tr46.cjs'],
  );
});

test('the bundle comes with the licence of every library', () => {
  const licenses = read('LICENSES.txt');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) assert.match(licenses, new RegExp(`^${name} \\d`, 'm'), name);
});

test('the bundle is Latin-1: one other character would double the memory that V8 keeps it in', () => {
  for (const name of files) assert.doesNotMatch(read(name), /[\u0100-\uffff]/, name);
});

test('the first request for a code, right after the start, is answered for a mailbox and for a phone', async () => {
  const { url, stop } = await startService();
  for (const [identity, channel] of [
    ['alice@example.com', 'email'],
    ['+4915123456789', 'sms'],
  ]) {
    const { status } = await postTo(`${url}/api/v1/otp/request`, { identity, channel });
    assert.equal(status, 200, identity);
  }
  assert.equal((await stop()).code, 0);
});

test('what a setting switches on is loaded from the bundle as well: metrics, mail and Redis', async () => {
  const server = await startRedis();
  const port = await findFreePort();
  try {
    const { url, stop } = await startService({
      METRICS_PORT: `127.0.0.1:${port}`,
      STORE: 'redis',
      REDIS_URL: `redis://127.0.0.1:${server.port}`,
      DELIVERY_BACKEND: 'smtp',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(await findFreePort()),
      SMTP_FROM: 'codes@example.com',
    });
    const { status, body } = await postTo(`${url}/api/v1/otp/request`, { identity: 'alice@example.com' });
    assert.equal(status, 502, JSON.stringify(body));
    assert.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /process_cpu_seconds_total/);
    assert.equal((await stop()).code, 0);
  } finally {
    await server.stop();
  }
});
