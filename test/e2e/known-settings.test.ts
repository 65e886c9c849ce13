import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { productionSecrets } from '../helpers/otp.js';
import { noEnvFile, root, runCli, startProcess, startService } from '../helpers/process.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';

const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));
let redis: RedisServer;
before(async () => {
  redis = await startRedis(['--requirepass', 'pa55-of-redis']);
});
after(() => redis?.stop());

type Settings = Record<string, string>;

/** The service starts with them as they are, answers, and finds nothing wrong. */
async function startWith(settings: Settings, warnings: RegExp = /^$/): Promise<void> {
  const service = await startService(settings);
  const { status } = await fetch(`${service.url}/readyz`);
  await service.stop();
  assert.equal(status, 200);
  const said = service.output.stderr.split('\n').filter((line) => line.includes('"configuration.doubted"'));
  for (const line of said) assert.equal(JSON.parse(line).msg, 'A setting is probably a mistake');
  assert.match(said.join('\n'), warnings);
}

/** The environment variables and the defaults of the first document that this project grew from. */
const python = {
  OTP_SECRET_KEY: productionSecrets.OTP_SECRET_KEY,
  // As `secrets.token_hex(32)` makes one.
  JWT_SECRET: productionSecrets.JWT_SECRET,
  OTP_DIGITS: '6',
  OTP_WINDOW_SECONDS: '300',
  OTP_DRIFT_TOLERANCE: '1',
  ACCESS_TOKEN_TTL: '900',
  RATE_REQUEST_OTP_MAX: '5',
  RATE_VERIFY_OTP_MAX: '10',
};
const gmail = {
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'smtp.gmail.com',
  SMTP_USERNAME: 'codes@example.com',
  SMTP_PASSWORD: 'pw',
  SMTP_FROM: 'codes@example.com',
};

describe('the settings of the Python service start', () => {
  test('as in its .env.example, with console delivery', () =>
    startWith({ ...python, DELIVERY_BACKEND: 'console' }));
  test('in production, by Gmail', () => startWith({ NODE_ENV: 'production', ...python, ...gmail }));
  test('in development, by Gmail', () => startWith({ ...python, ...gmail }, /SMTP_REQUIRE_TLS/));
  test('in production, by Twilio', () =>
    startWith({
      NODE_ENV: 'production',
      ...python,
      DELIVERY_BACKEND: 'twilio',
      TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM_NUMBER: '+14155550123',
      OTP_PHONE_COUNTRIES: 'US,CA',
    }));
});

describe('the settings of the Django handler start', () => {
  const django = {
    OTP_DIGITS: '5',
    OTP_WINDOW_SECONDS: '120',
    OTP_MAX_ATTEMPTS: '3',
    OTP_RESEND: 'refuse',
    STORE: 'redis',
  };
  const inProduction = {
    NODE_ENV: 'production',
    ...productionSecrets,
    ...gmail,
    OTP_ALLOW_SHORT_CODES: 'true',
  };
  const server = () => ({
    REDIS_URL: `${redis.url}/1`,
    REDIS_PASSWORD: 'pa55-of-redis',
    REDIS_TIMEOUT_MS: '10000',
  });

  test('in development', () => startWith({ ...django, ...server() }));
  test('in production', () => startWith({ ...inProduction, ...django, ...server() }));
  // Nobody is called `cache` here, so only the check is real.
  test('with its own name of the server', async () => {
    const { code, stdout } = await runCli(['check', ...noEnvFile], {
      ...inProduction,
      ...django,
      PORT: '0',
      REDIS_URL: 'redis://cache:6379/1',
      REDIS_PASSWORD: 'pa55-of-redis',
    });
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, /warning/);
  });
});

describe('the compose file starts', () => {
  /** What Compose passes to the container, from an environment. */
  function compose(given: Settings): Settings {
    const { stdout, status, stderr } = spawnSync(
      requireTool('docker-compose'),
      ['-f', join(root, 'docker-compose.yml'), 'config'],
      { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...given } },
    );
    assert.equal(status, 0, stderr);
    const [, section = ''] = /\n {2}otp:\n[\s\S]*?\n {4}environment:\n((?: {6}.*\n)+)/.exec(stdout) ?? [];
    const lines = section.split('\n').filter(Boolean);
    // Variables that are not set are null: they are left out of the container.
    const pairs = lines.map((line) => /^ {6}(\w+): (.*)$/.exec(line)).filter((match) => match !== null);
    return Object.fromEntries(
      pairs
        .map(([, name = '', value = '']) => [name, value.replace(/^(['"])(.*)\1$/, '$2')])
        .filter(([, value]) => value !== 'null'),
    );
  }
  /** The same, at the server of this test instead of the one of the network that Compose makes. */
  const here = () => ({ REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '10000', HOST: '127.0.0.1' });

  test('as it is, for development', async () => {
    const settings = compose({ REDIS_PASSWORD: 'pa55-of-redis' });
    assert.equal(settings['REDIS_URL'], 'redis://redis:6379');
    await startWith({ ...settings, ...here() });
  });
  test('for production, with what the service asks for', async () => {
    const given = { NODE_ENV: 'production', REDIS_PASSWORD: 'pa55-of-redis', ...productionSecrets, ...gmail };
    const settings = compose(given);
    // The name of the other container has no dot, so it may be reached in the clear.
    const checked = await runCli(['check', ...noEnvFile], { ...settings, PORT: '0' });
    assert.equal(checked.code, 0, checked.stdout);
    await startWith({ ...settings, ...here() });
  });
});

describe('secrets start from where they are mounted', () => {
  const secrets = { ...productionSecrets, REDIS_PASSWORD: 'pa55-of-redis', SMTP_PASSWORD: 'pw' };
  const others = () => ({
    NODE_ENV: 'production',
    ...gmail,
    SMTP_PASSWORD: '',
    STORE: 'redis',
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '10000',
  });
  const files = (mount: string) =>
    Object.fromEntries(Object.keys(secrets).map((name) => [`${name}_FILE`, join(mount, name)]));

  // In a container the mount is read-only, and then nothing is warned of.
  for (const mode of [0o400, 0o444, 0o644]) {
    const warnings = mode === 0o400 ? /^$/ : /everyone on this machine can read/;
    test(`by Kubernetes: links to a folder that is replaced as a whole, mode ${mode.toString(8)}`, async () => {
      const mount = mkdtempSync(join(folder, 'kubernetes-'));
      mkdirSync(join(mount, '..2026_11_26_10_00_00.1234567890'));
      symlinkSync('..2026_11_26_10_00_00.1234567890', join(mount, '..data'));
      for (const [name, value] of Object.entries(secrets)) {
        writeFileSync(join(mount, '..data', name), value, { mode });
        symlinkSync(join('..data', name), join(mount, name));
      }
      await startWith({ ...others(), ...files(mount) }, warnings);
    });
    test(`by Docker: files that end in a line end, mode ${mode.toString(8)}`, async () => {
      const mount = mkdtempSync(join(folder, 'docker-'));
      for (const [name, value] of Object.entries(secrets))
        writeFileSync(join(mount, name), `${value}\n`, { mode });
      await startWith({ ...others(), ...files(mount) }, warnings);
    });
  }

  test('by Kubernetes as variables that end in a line end', async () => {
    const ended = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, `${value}\n`]));
    await startWith({ ...others(), ...ended });
  });

  test('and read-only, where the system can mount, without a warning', async (t) => {
    const mount = mkdtempSync(join(folder, 'read-only-'));
    for (const [name, value] of Object.entries(secrets))
      writeFileSync(join(mount, name), value, { mode: 0o444 });
    // A mount of its own, seen by the service alone.
    const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
    const tried = spawnSync('unshare', ['--mount', 'sh', '-c', script, mount, 'true']);
    if (tried.status !== 0) return t.diagnostic('nothing can be mounted here');
    const args = [
      '--mount',
      'sh',
      '-c',
      script,
      mount,
      process.execPath,
      `${root}dist/cli/main.js`,
      ...noEnvFile,
    ];
    const service = startProcess('unshare', args, { PORT: '0', ...others(), ...files(mount) });
    const [, url] = await service.waitFor(/API +(http:\S+)\/api/);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    await service.stop();
    assert.doesNotMatch(service.output.stderr, /everyone on this machine/);
  });
});
