import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { generateSecretKey } from '../../src/index.js';
import { generateKey } from '../../src/tokens/key-file.js';
import { createCertificate } from '../helpers/certificate.js';
import { sharedSecrets } from '../helpers/fleet.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { noEnvFile, root, runCli, startProcess } from '../helpers/process.js';
import { startRedis } from '../helpers/redis.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const folder = mkdtempSync(join(tmpdir(), 'check-connect-'));
after(() => rmSync(folder, { recursive: true }));
const patient = { REDIS_TIMEOUT_MS: '4000' };

/** The lines of findings, and the exit code. Asked again where something but `silent` took the five seconds that it has. */
async function check(env: Record<string, string>, args = noEnvFile, silent?: string) {
  const late = /^FAILED {2}(\S+).*no answer in 5 s/gm;
  let [code, stdout]: [number | null, string] = [null, ''];
  await until('all answers are in time', async () => {
    const ended = await runCli(['check', '--connect', ...args], env);
    assert.equal(ended.stderr, '');
    ({ code, stdout } = ended);
    return [...stdout.matchAll(late)].every(([, name]) => name === silent);
  });
  const lines = stdout.split('\n').filter((line) => /^(ok|warning|FAILED) {2}/.test(line));
  const find = (name: string) =>
    lines.find((line) => line.slice(9).startsWith(name))?.replace(/ +/g, ' ') ?? `no line for ${name}`;
  return { code, stdout, find };
}

test('with nothing to connect to, all is well', async () => {
  const { code, find } = await check({});
  assert.equal(code, 0);
  assert.equal(find('store'), 'ok store memory, in the process itself');
  assert.match(find('console'), /^ok console /);
  assert.match(find('token keys'), /^ok token keys HS256 signs/);
});

// Attack: make the receiver act on a sign-in that never was, by checking the configuration.
describe('of the receiver of events, the line says', () => {
  const secret = generateSecretKey();
  const at = (url: string) => ({
    EVENTS_URL: `${url}/hooks?key=hunter2`,
    EVENTS_SECRET: secret,
    EVENTS_ALLOW_PRIVATE_TARGETS: 'true',
  });

  test('that it answers, whatever it says, and it is sent no event', async () => {
    for (const status of [200, 401, 405, 503]) {
      const receiver = await startHttpStub({ status });
      const { code, stdout, find } = await check(at(receiver.url));
      assert.equal(code, 0, stdout);
      assert.match(find('events'), /^ok events http:\S+ answers; whether it accepts our signature shows/);
      assert.ok(!stdout.includes('hunter2'));
      assert.deepEqual(
        receiver.received.map(({ method, body, headers }) => [method, body, headers['webhook-signature']]),
        [['HEAD', '', undefined]],
      );
      await receiver.close();
    }
  });

  test('that nothing answers there', async () => {
    const receiver = await startHttpStub();
    await receiver.close();
    const { code, find } = await check(at(receiver.url));
    assert.equal(code, 1);
    assert.match(find('events'), /^FAILED events http:\S+: .*refused/);
  });
});

test('a wrong configuration is told as without --connect, and nothing is tried', async () => {
  const { code, stdout } = await check({
    OTP_DIGITS: '11',
    STORE: 'redis',
    REDIS_URL: 'redis://127.0.0.1:1',
  });
  assert.equal(code, 2);
  assert.match(stdout, /^error: OTP_DIGITS: /);
  assert.ok(!stdout.includes('FAILED'));
  const other = await runCli(['serve', '--connect']);
  assert.equal(other.code, 2);
  assert.match(other.stderr, /--connect goes with check/);
});

describe('of a Redis, the line says', () => {
  const secret = 'a-password-of-redis';
  const at = (port: number, user = '') => ({
    STORE: 'redis',
    REDIS_URL: `redis://${user}127.0.0.1:${port}`,
    ...patient,
  });

  test('its version when it is fit, without the password, and leaves nothing behind', async () => {
    const redis = await startRedis(['--requirepass', secret]);
    const { code, stdout, find } = await check(at(redis.port, `:${secret}@`));
    assert.equal(code, 0, stdout);
    assert.match(
      find('store'),
      /^ok store redis:\/\/\*\*\*@127\.0\.0\.1:\d+: Redis \d+\.\d+\.\d+; the user may run/,
    );
    assert.ok(!stdout.includes(secret));
    assert.deepEqual(await redis.client.keys('*'), []);
    await redis.stop();
  });

  test('that the password is wrong, or missing', async () => {
    const redis = await startRedis(['--requirepass', secret]);
    const wrong = await check(at(redis.port, ':another-password@'));
    assert.equal(wrong.code, 1);
    assert.match(wrong.find('store'), /^FAILED store .*refuses the user or password .*check REDIS_PASSWORD/);
    assert.ok(!wrong.stdout.includes('another-password'));
    const missing = await check(at(redis.port));
    assert.equal(missing.code, 1);
    assert.match(missing.find('store'), /asks for a password .*set REDIS_PASSWORD/);
    await redis.stop();
  });

  test('which right its user misses', async () => {
    const redis = await startRedis();
    const rights = ['~stateless-otp:*', '+evalsha', '+eval', '+get', '+set', '+time', '+info'];
    await redis.client.call('ACL', 'SETUSER', 'otp', 'on', `>${secret}`, ...rights);
    const { code, find } = await check(at(redis.port, `otp:${secret}@`));
    assert.equal(code, 1);
    assert.match(find('store'), /^FAILED store .*NOPERM.*\+del/);
    await redis.client.call('ACL', 'SETUSER', 'otp', '+del', 'resetkeys', '~other:*');
    assert.match((await check(at(redis.port, `otp:${secret}@`))).find('store'), /REDIS_KEY_PREFIX/);
    await redis.stop();
  });

  test('that nobody vouches for its certificate, or that it does not speak TLS', async () => {
    const { key, cert } = createCertificate();
    const [keyFile, certFile] = [join(folder, 'redis.key'), join(folder, 'redis.crt')];
    writeFileSync(keyFile, key);
    writeFileSync(certFile, cert);
    const plain = await startRedis();
    const notTls = await check({ STORE: 'redis', REDIS_URL: `rediss://127.0.0.1:${plain.port}`, ...patient });
    assert.equal(notTls.code, 1);
    assert.match(notTls.find('store'), /TLS/);
    await plain.stop();
    // The plain port is for the test itself.
    const tls = await startRedis([
      '--tls-port',
      String(plain.port),
      '--tls-cert-file',
      certFile,
      '--tls-key-file',
      keyFile,
      '--tls-auth-clients',
      'no',
    ]);
    const REDIS_URL = `rediss://localhost:${plain.port}`;
    const unknown = await check({ STORE: 'redis', REDIS_URL, ...patient });
    assert.equal(unknown.code, 1);
    assert.match(unknown.find('store'), /unknown authority.*ssl_ca_certs/);
    const known = await check({
      STORE: 'redis',
      REDIS_URL: `${REDIS_URL}?ssl_ca_certs=${certFile}`,
      ...patient,
    });
    assert.equal(known.code, 0, known.stdout);
    await tls.stop();
  });
});

describe('of a mail server, the line says', () => {
  const at = (port: number) => ({
    DELIVERY_BACKEND: 'smtp',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_FROM: 'codes@example.org',
    SMTP_USERNAME: 'codes',
  });

  test('that it accepts the login, or which settings to look at', async () => {
    const server = await startSmtpServer({
      onAuth: ({ username, password }, _session, callback) =>
        callback(password === 'the-right-password' ? null : new Error('no'), { user: username }),
    });
    const right = await check({ ...at(server.port), SMTP_PASSWORD: 'the-right-password' });
    assert.equal(right.code, 0);
    assert.equal(right.find('smtp'), 'ok smtp 127.0.0.1 accepts the login');
    const wrong = await check({ ...at(server.port), SMTP_PASSWORD: 'a-wrong-password' });
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.find('smtp'),
      /^FAILED smtp the server refuses the login: check SMTP_USERNAME and SMTP_PASSWORD/,
    );
    assert.ok(!wrong.stdout.includes('a-wrong-password'));
    assert.deepEqual(server.recipients, []);
  });

  test('that nobody vouches for its certificate, and what to set', async () => {
    const { key, cert } = createCertificate();
    const server = await startSmtpServer({ disabledCommands: [], key, cert });
    const login = { SMTP_PASSWORD: 'x', SMTP_REQUIRE_TLS: 'true' };
    const { code, find } = await check({ ...at(server.port), ...login });
    assert.equal(code, 1);
    assert.match(find('smtp'), /^FAILED smtp .*certificate.*NODE_EXTRA_CA_CERTS/);
  });

  test('that it hangs, while everything else is checked', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    stopAtEnd(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as { port: number };
    const { code, find } = await check(
      { ...at(port), SMTP_PASSWORD: 'x', DELIVERY_TIMEOUT_MS: '60000' },
      noEnvFile,
      'smtp',
    );
    assert.equal(code, 1);
    assert.match(
      find('smtp'),
      /^FAILED smtp (the server took the connection but does not answer|no answer in 5 s|the time limit)/,
    );
    assert.match(find('store'), /^ok /);
    assert.match(find('token keys'), /^ok /);
  });
});

test('providers are asked over their own API, and each refusal names the settings to look at', async () => {
  const stub = await startHttpStub(({ path }) => ({ status: path.includes('/Accounts/') ? 401 : 200 }));
  // Their addresses are no setting.
  const preload = join(folder, 'to-stub.mjs');
  writeFileSync(
    preload,
    `const { fetch } = globalThis;
globalThis.fetch = (url, init) => fetch(String(url).replace(/^https:\\/\\/[^/]+/, '${stub.url}'), init);`,
  );
  const { code, stdout, find } = await check({
    NODE_OPTIONS: `--import=${preload}`,
    DELIVERY_ROUTES: 'email=resend,ses;sms=twilio,vonage;whatsapp=whatsapp',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'secret-of-twilio',
    TWILIO_FROM_NUMBER: '+15005550006',
    VONAGE_API_KEY: 'key',
    VONAGE_API_SECRET: 'secret-of-vonage',
    VONAGE_FROM: 'Example',
    RESEND_API_KEY: 'secret-of-resend',
    RESEND_FROM: 'codes@example.org',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret-of-ses',
    SES_FROM: 'codes@example.org',
    WHATSAPP_TOKEN: 'secret-of-whatsapp',
    WHATSAPP_PHONE_NUMBER_ID: '1234567',
    WHATSAPP_TEMPLATE: 'code',
  });
  assert.equal(code, 1);
  for (const name of ['resend', 'ses', 'vonage', 'whatsapp']) {
    assert.equal(find(name), `ok ${name} accepts the credentials`);
  }
  assert.match(find('twilio'), /^FAILED twilio .*check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN/);
  assert.ok(!stdout.includes('secret-of-'));
  assert.ok(stub.received.every(({ method }) => method === 'GET'));
});

describe('of the keys of tokens, the line says', () => {
  const key = generateKey('ES256', 1_795_000_000);
  const JWT_PRIVATE_KEY = JSON.stringify({ keys: [key] });
  const at = (url: string) =>
    check({ OTP_SECRET_KEY: sharedSecrets.OTP_SECRET_KEY, JWT_PRIVATE_KEY, PUBLIC_URL: url });

  test('that others find the one that signs, or that they would refuse its tokens', async () => {
    const stub = await startHttpStub({ status: 200, body: { keys: [{ kid: key.kid }] } });
    const served = await at(stub.url);
    assert.equal(served.code, 0);
    assert.match(served.find('token keys'), new RegExp(`^ok token keys ES256 ${key.kid} signs; .* has it$`));
    assert.deepEqual(
      stub.received.map(({ path }) => path),
      ['/.well-known/jwks.json'],
    );
    stub.answer({ status: 200, body: { keys: [{ kid: 'another' }] } });
    const missing = await at(stub.url);
    assert.equal(missing.code, 1);
    assert.match(missing.find('token keys'), /^FAILED token keys .* does not have it/);
  });

  test('that nobody serves them yet, which is no fault', async () => {
    const stub = await startHttpStub();
    await stub.close();
    const { code, find } = await at(stub.url);
    assert.equal(code, 0);
    assert.match(find('token keys'), /^warning .*before the first start/);
  });
});

describe('of a file with a secret, the line says', () => {
  const file = join(folder, 'jwt-secret');
  writeFileSync(file, sharedSecrets.JWT_SECRET);

  for (const [mode, status] of [
    [0o400, 'ok'],
    [0o600, 'ok'],
    [0o440, 'ok'],
    [0o644, 'FAILED'],
    [0o620, 'FAILED'],
    [0o602, 'FAILED'],
  ] as const) {
    test(`that mode ${mode.toString(8)} is ${status === 'ok' ? 'fine' : 'not'}`, async () => {
      chmodSync(file, mode);
      const { code, find } = await check({ JWT_SECRET_FILE: file });
      assert.equal(code, status === 'ok' ? 0 : 1);
      assert.ok(
        find('JWT_SECRET_FILE').startsWith(`${status} JWT_SECRET_FILE ${file}: mode ${mode.toString(8)}`),
      );
    });
  }

  test('that one with settings must be as private, in production', async () => {
    const settings = join(folder, 'settings');
    writeFileSync(settings, `OTP_SECRET_KEY=${generateSecretKey()}\nJWT_SECRET=${generateSecretKey()}\n`);
    chmodSync(settings, 0o644);
    const env = {
      NODE_ENV: 'production',
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
      PUBLIC_URL: 'https://otp.example.com',
    };
    const production = await check(env, ['--config', settings]);
    assert.equal(production.code, 1, production.stdout);
    assert.match(production.find(settings), /^FAILED .*others can read it: run chmod 600/);
    const development = await check({}, ['--config', settings]);
    assert.equal(development.code, 0);
    assert.match(development.find(settings), /^warning /);
  });
});

test('on a terminal it shows what it waits for', async () => {
  const command = `${process.execPath} ${root}dist/cli/main.js check --connect ${noEnvFile.join(' ')}`;
  const running = startProcess(requireTool('script', 'bsdutils'), ['-qec', command, '/dev/null'], {}, folder);
  const { code } = await running.exited;
  assert.equal(code, 0, running.output.stdout);
  assert.match(running.output.stdout, /waiting for store, console, token keys …/);
});
