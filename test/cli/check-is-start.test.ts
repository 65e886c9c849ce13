import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createNodeListener } from '../../src/adapters/node.js';
import { formatCheck } from '../../src/cli/check.js';
import { createConfiguredOtp } from '../../src/cli/create.js';
import { prepare } from '../../src/cli/prepare.js';
import { startServer } from '../../src/cli/server.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createCertificate } from '../helpers/certificate.js';
import { productionSecrets } from '../helpers/otp.js';
import { noEnvFile, root, runCli, startProcess } from '../helpers/process.js';
import { createPem } from '../helpers/tokens.js';

const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
}

const goodTemplates = join(folder, 'good');
const wrongTemplates = join(folder, 'wrong');
mkdirSync(goodTemplates);
mkdirSync(wrongTemplates);
writeFileSync(join(goodTemplates, 'sms.text.txt'), 'Code: {{code}}\n');
writeFileSync(join(wrongTemplates, 'sms.text.txt'), 'Code: {{cod}}\n');
const { cert } = createCertificate();
const certFile = write('cert.pem', cert);
const otherKeyFile = write('other-key.pem', createPem('P-256'));
const emptyPem = write('no-certificate.pem', 'not a certificate\n');
const silent = { info() {}, warn() {}, error() {} };

type Settings = Record<string, string>;

/** What startup makes of what `check` accepts, in this process; the port is free and the store is there. */
async function start(settings: Settings): Promise<void> {
  const { config } = await prepare(settings);
  assert.ok(config);
  const otp = createConfiguredOtp(config, createMemoryStore(), silent);
  const server = await startServer(createNodeListener(otp.handler), {
    host: config.HOST,
    port: 0,
    graceMs: 0,
  });
  const { status } = await otp.handler(new Request('http://localhost/livez'));
  await server.close();
  await otp.close();
  assert.equal(status, 200);
}

test('whatever check accepts starts, and what it refuses is named', async () => {
  /** Good and bad values; a bad one may be good next to another. */
  const values: Record<string, string[]> = {
    NODE_ENV: ['production', 'development', 'test', 'staging'],
    OTP_SECRET_KEY: [productionSecrets.OTP_SECRET_KEY, 'short', 'c2hvcnQ='],
    JWT_SECRET: [
      productionSecrets.JWT_SECRET,
      productionSecrets.OTP_SECRET_KEY,
      'a sentence that is used as a secret',
    ],
    JWT_PRIVATE_KEY: [createPem('Ed25519'), createPem('P-384'), 'key'],
    JWT_ALG: ['EdDSA', 'HS256', 'RS256'],
    OTP_DIGITS: ['4', '6', '10', '11', '"8"'],
    OTP_LONG_DIGITS: ['7', '10'],
    OTP_LENGTHEN_AFTER: ['0', '10', '-1'],
    OTP_PURPOSES: ['sign-in', 'payment', 'a b'],
    OTP_BINDING: ['challenge', 'identity', 'both'],
    OTP_MAGIC_LINK: ['true', 'false', 'yes'],
    OTP_ALLOW_SHORT_CODES: ['true'],
    OTP_ALLOW_CONSOLE_DELIVERY: ['true'],
    OTP_TEMPLATES_DIR: [goodTemplates, wrongTemplates, join(folder, 'none'), certFile],
    OTP_TEST_IDENTITIES: ['review@example.com=482931@2099-12-31', 'review@example.com'],
    BRAND_NAME: ['Example', 'undefined', 'a\nb'],
    SIGN_IN_PAGE: ['auto', 'true', 'false'],
    SIGN_IN_HOME: ['/', '//evil.example', 'https://app.example.com/'],
    PUBLIC_URL: [
      'https://otp.example.com',
      'http://otp.example.com',
      'otp.example.com',
      'https://otp.example.com/a',
    ],
    GATE_ALLOW: ['@example.com', '*', '+49'],
    GATE_COOKIE_DOMAIN: ['example.com', 'com', 'other.example'],
    API_KEYS: [`shop=${'a1'.repeat(32)}`, 'shop'],
    CORS_ORIGINS: ['https://app.example.com', 'https://*.example.com'],
    TRUSTED_PROXIES: ['loopback', '10.0.0.0/8', '0.0.0.0/0', 'unix'],
    DELIVERY_BACKEND: ['console', 'smtp', 'webhook', 'sms'],
    DELIVERY_ROUTES: ['email=smtp', 'email=console;sms=console', 'sms=smtp', 'email'],
    DELIVERY_MODE: ['direct', 'background'],
    SMTP_HOST: ['localhost', 'mail.example.com', 'smtp://mail'],
    SMTP_FROM: ['codes@example.com', 'codes'],
    SMTP_PORT: ['465', '25', 'tcp://10.0.0.1:25'],
    SMTP_REQUIRE_TLS: ['true', 'false'],
    WEBHOOK_URL: ['https://hooks.example.com/', 'http://hooks.example.com/', 'ftp://a'],
    WEBHOOK_SECRET: [productionSecrets.OTP_SECRET_KEY, 'x'],
    EVENTS_URL: ['https://hooks.example.com/', 'http://collector/', 'ftp://a'],
    EVENTS_SECRET: [productionSecrets.OTP_SECRET_KEY, 'x'],
    EVENTS_ALLOW_PRIVATE_TARGETS: ['true', 'false'],
    STORE: ['memory', 'redis', 'none'],
    REDIS_URL: [
      ...['redis://localhost', 'rediss://cache.example.com', 'redis://cache.example.com', 'redis://a?db=x'],
      ...[`rediss://a?ssl_ca_certs=${certFile}`, `rediss://a?ssl_ca_certs=${emptyPem}`, 'http://a'],
    ],
    WORKERS: ['1', '2', 'auto', '0'],
    HOST: [
      '127.0.0.1',
      'localhost',
      '::1',
      '203.0.113.9',
      'no-such-host.invalid',
      join(folder, 'no', 'socket'),
    ],
    LOG_LEVEL: ['silent', 'verbose'],
    MAX_CONNECTIONS: ['16', '1'],
  };
  const names = Object.keys(values);
  const settings = fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 0, maxLength: 10 })
    .chain((chosen) =>
      fc
        .tuple(
          ...chosen.map((name) =>
            fc.oneof(
              { weight: 3, arbitrary: fc.constant(values[name]?.[0] ?? '') },
              { weight: 2, arbitrary: fc.constantFrom(...(values[name] ?? [])) },
            ),
          ),
        )
        .map((texts) => Object.fromEntries(chosen.map((name, index) => [name, texts[index] ?? '']))),
    );
  let started = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(settings, async (given) => {
      const prepared = await prepare({ PORT: '0', ...given });
      const output = formatCheck(prepared);
      if (prepared.config === null) {
        refused++;
        assert.ok(prepared.problems.length > 0);
        for (const line of prepared.problems) {
          assert.match(line, /^[A-Z_]+: ./);
          assert.ok(output.includes(`error: ${line}`));
        }
        return;
      }
      started++;
      assert.deepEqual(prepared.problems, []);
      await start({ PORT: '0', ...given });
    }),
    { seed: 14, numRuns: 400 },
  );
  assert.ok(started > 40 && refused > 40, `${started} started, ${refused} refused`);
});

describe('check and a start of the built service say the same, with the same exit code', () => {
  let blocker: Server;
  before(async () => {
    blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
  });
  after(() => blocker.close());

  const redis = (query: string) => ({ STORE: 'redis', REDIS_URL: `rediss://localhost?${query}` });
  const cases: [why: string, settings: Settings, line: RegExp, args?: () => string[]][] = [
    ['a value out of its range', { OTP_DIGITS: '11' }, /^OTP_DIGITS: given "11", allowed: /],
    [
      'a template that is wrong',
      { OTP_TEMPLATES_DIR: wrongTemplates },
      /^OTP_TEMPLATES_DIR: .*sms\.text\.txt:1: .*cod/,
    ],
    [
      'no folder of templates',
      { OTP_TEMPLATES_DIR: join(folder, 'none') },
      /^OTP_TEMPLATES_DIR: .*none cannot be read/,
    ],
    [
      'a secret file that is not there',
      { JWT_SECRET_FILE: join(folder, 'none') },
      /^JWT_SECRET_FILE: names a file that cannot be read$/,
    ],
    [
      'authorities that are none',
      redis(`ssl_ca_certs=${emptyPem}`),
      /^REDIS_URL: the option ssl_ca_certs .* holds no certificate/,
    ],
    [
      'a key of another certificate',
      redis(`ssl_certfile=${certFile}&ssl_keyfile=${otherKeyFile}`),
      /^REDIS_URL: the option ssl_keyfile .* no private key of that certificate/,
    ],
    [
      'a certificate without a key',
      redis(`ssl_certfile=${certFile}`),
      /^REDIS_URL: the options ssl_certfile and ssl_keyfile .* go together/,
    ],
    [
      'authorities that Node would ignore',
      { NODE_EXTRA_CA_CERTS: emptyPem },
      /^NODE_EXTRA_CA_CERTS: names a file that holds no certificate/,
    ],
    [
      'a socket in no folder',
      { HOST: join(folder, 'no', 'socket') },
      /^HOST: given ".*socket", allowed: .* in a folder that exists/,
    ],
    [
      'a file for a socket',
      { HOST: certFile },
      /^HOST: given ".*cert.pem", allowed: .*there is another kind of file/,
    ],
    ['a socket of a long path', { HOST: `/${'x'.repeat(120)}` }, /^HOST: .* at most 10[37] bytes/],
    [
      'an address of another machine',
      { HOST: '203.0.113.9' },
      /^HOST: given "203.0.113.9", allowed: .* this machine/,
    ],
    [
      'a settings file of another form',
      {},
      /env: line 2 is not NAME=value$/,
      () => ['--config', write('wrong.env', 'OTP_DIGITS=8\nPORT: 8000\n')],
    ],
  ];
  for (const [why, settings, line, args = () => noEnvFile] of cases) {
    test(why, async () => {
      const [checked, started] = await Promise.all([
        runCli(['check', ...args()], { PORT: '0', ...settings }),
        runCli(['serve', ...args()], { PORT: '0', ...settings }),
      ]);
      // Node's own warning about NODE_EXTRA_CA_CERTS comes first.
      const said = started.stderr.split('\n').filter((text) => text.startsWith('stateless-otp: '));
      const problems = said
        .map((text) => text.replace('stateless-otp: ', ''))
        .filter((text) => !text.startsWith('warning: '));
      assert.deepEqual([checked.code, started.code, started.stdout], [2, 2, '']);
      assert.deepEqual(
        checked.stdout.split('\n').filter((text) => text.startsWith('error: ')),
        problems.map((text) => `error: ${text}`),
      );
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
    });
  }

  test('but a port that is in use is no fault of the configuration', async () => {
    const { port } = blocker.address() as { port: number };
    const checked = await runCli(['check'], { PORT: String(port) });
    assert.equal(checked.code, 0);
    assert.equal((await runCli(['serve', ...noEnvFile], { PORT: String(port) })).code, 1);
  });

  test('a port that needs privileges is named where they are missing', async (t) => {
    if (process.getuid?.() !== 0) return t.diagnostic('only root can start a process of another user');
    const nobody = { uid: 65534, gid: 65534 };
    const check = startProcess(
      process.execPath,
      [`${root}dist/cli/main.js`, 'check', ...noEnvFile],
      { PORT: '80' },
      '/',
      nobody,
    );
    const { code } = await check.exited;
    // Containers may allow every port to everyone.
    if (code === 0) return t.diagnostic('every port is allowed here');
    assert.equal(code, 2);
    assert.match(
      check.output.stdout,
      /^error: PORT: given "80", allowed: a port that this user may listen on/,
    );
  });
});
