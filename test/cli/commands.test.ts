import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { productionSecrets } from '../helpers/otp.js';
import { noEnvFile, root, runCli, startProcess, startService } from '../helpers/process.js';

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));

test('--help and --version answer on standard output with exit code 0', async () => {
  const help = await runCli(['--help']);
  assert.equal(help.code, 0);
  for (const word of ['serve', 'check', 'secret', '--config', 'Exit codes'])
    assert.ok(help.stdout.includes(word));
  assert.deepEqual(await runCli(['-v']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('a wrong call is one line on standard error and exit code 2', async () => {
  for (const args of [['bogus'], ['--bogus'], ['secret', 'more'], ['--config', '/nowhere', 'check']]) {
    const { code, stdout, stderr } = await runCli(args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^stateless-otp: .+\n$/);
  }
});

test('a wrong call is named, without what only programmers know', async () => {
  mkdirSync(join(folder, 'a-folder'));
  const calls: [args: string[], said: string][] = [
    [['check', '--bogus'], 'unknown option --bogus'],
    [['check', '-x'], 'unknown option -x'],
    [
      ['check', '--config', join(folder, 'gone.env')],
      `${join(folder, 'gone.env')}: cannot be read: there is no such file`,
    ],
    [
      ['check', '--config', join(folder, 'a-folder')],
      `${join(folder, 'a-folder')}: cannot be read: it is a folder`,
    ],
  ];
  for (const [args, said] of calls) {
    const stderr = `stateless-otp: ${said} (see --help)\n`;
    assert.deepEqual(await runCli(args), { code: 2, stdout: '', stderr });
  }
});

test('check does not end with "OK" when a limit is exceeded', async () => {
  const { code, stdout } = await runCli(['check', '--max-odds', '1e-12']);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /\nFAILED {3}--max-odds: .*\nThe service would start, but not within these limits\.\n$/,
  );
  assert.doesNotMatch(stdout, /Configuration OK|unbounded s\b/);
});

test('secret prints fresh secrets that production accepts', async () => {
  const first = await runCli(['secret']);
  assert.match(first.stdout, /^OTP_SECRET_KEY=\S{44}\nJWT_SECRET=\S{44}\n$/);
  assert.notEqual((await runCli(['secret'])).stdout, first.stdout);
  writeFileSync(join(folder, 'fresh.env'), first.stdout);
  const env = {
    NODE_ENV: 'production',
    DELIVERY_BACKEND: 'smtp',
    SMTP_HOST: 'x',
    SMTP_FROM: 'a@example.com',
  };
  const checked = await runCli(['check', '--config', join(folder, 'fresh.env')], env);
  assert.equal(checked.code, 0, checked.stdout);
});

test('secret --api-key makes a key that the service takes', async () => {
  const { stdout, code } = await runCli(['secret', '--api-key', 'shop']);
  assert.equal(code, 0);
  const [, key = '', hash = ''] = /^# .*\n# (\S{43})\nAPI_KEYS=(shop=[0-9a-f]{64})\n$/.exec(stdout) ?? [];
  const service = await startService({ API_KEYS: hash });
  const ask = (headers: Record<string, string>) =>
    fetch(`${service.url}/api/v1/otp/request`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ identity: 'alice@example.com' }),
    });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ 'X-API-Key': key })).status, 200);
  await service.stop();
  assert.equal((await runCli(['secret', '--api-key', 'a b'])).code, 2);
  const { stdout: entry } = await runCli(['secret', '--api-key', 'ops:operate+otp']);
  assert.match(entry, /^API_KEYS=ops=[0-9a-f]{64}:operate\+otp$/m);
  for (const wrong of ['ops:', 'ops:root', 'ops:otp:operate']) {
    assert.equal((await runCli(['secret', '--api-key', wrong])).code, 2, wrong);
  }
});

test('check says what is in force, with secrets masked, or what is wrong', async () => {
  const secret = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWo=';
  const good = await runCli(['check'], { OTP_SECRET_KEY: secret, OTP_DIGITS: '8' });
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^OTP_DIGITS +8$/m);
  assert.match(good.stdout, /^OTP_WINDOW_SECONDS +300 {2}\(default\)$/m);
  assert.match(good.stdout, /^OTP_SECRET_KEY +\(set\)$/m);
  assert.match(good.stdout, /^JWT_SECRET +\(generated at each start\)$/m);
  assert.ok(!good.stdout.includes(secret));
  const bad = await runCli(['check'], { OTP_DIGITS: '11' });
  assert.deepEqual(bad, {
    code: 2,
    stdout: 'error: OTP_DIGITS: given "11", allowed: a whole number from 4 to 10\n',
    stderr: '',
  });
});

describe('production refuses to start, with one line that names the variable and exit code 2', () => {
  const start = (env: Record<string, string>) => runCli([], { NODE_ENV: 'production', PORT: '0', ...env });

  test('without secrets', async () => {
    const { code, stderr } = await start({ OTP_ALLOW_CONSOLE_DELIVERY: 'true' });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^stateless-otp: OTP_SECRET_KEY: required.*\nstateless-otp: JWT_SECRET: required.*\n$/,
    );
  });
  test('with a short one', async () => {
    const { code, stderr } = await start({
      ...productionSecrets,
      JWT_SECRET: 'short',
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
    });
    assert.equal(code, 2);
    assert.match(stderr, /^stateless-otp: JWT_SECRET: given 5 characters, allowed: at least 32 bytes.*\n$/);
  });
  test('with console delivery, unless OTP_ALLOW_CONSOLE_DELIVERY says so', async () => {
    const { code, stderr } = await start(productionSecrets);
    assert.equal(code, 2);
    assert.match(stderr, /^stateless-otp: DELIVERY_BACKEND: .*\n$/);
    const service = await startService({
      NODE_ENV: 'production',
      ...productionSecrets,
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
    });
    assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
    await service.stop();
  });
});

test('a template that is wrong is one line that names the file, the line and what is allowed, and exit code 2', async () => {
  const templates = mkdtempSync(join(folder, 'templates-'));
  writeFileSync(join(templates, 'sms.text.txt'), 'Hello,\nyour code is {{cod}}\n');
  const { code, stderr } = await runCli([], { PORT: '0', OTP_TEMPLATES_DIR: templates });
  assert.equal(code, 2);
  assert.match(stderr, /^stateless-otp: .*sms\.text\.txt:2.*cod.*code.*\n$/);
});

test('a port that is taken is one line and exit code 1', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { code, stderr } = await runCli([], { PORT: String((server.address() as AddressInfo).port) });
  server.close();
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^stateless-otp: HOST, PORT: cannot listen: .*EADDRINUSE.*; stop what listens there, or set another PORT\n$/,
  );
});

test('settings come from .env where there is one, and the environment wins', async () => {
  writeFileSync(join(folder, '.env'), 'OTP_DIGITS=8\nOTP_MAX_ATTEMPTS=3\n');
  const { stdout } = await runCli(['check'], { OTP_MAX_ATTEMPTS: '4', OTP_DIGITS: '' }, folder);
  assert.match(stdout, /^OTP_DIGITS +8$/m);
  assert.match(stdout, /^OTP_MAX_ATTEMPTS +4$/m);
});

test('the banner names the URL, the docs, where codes appear and the secrets that were made up', async () => {
  const service = await startService();
  await service.waitFor(/generated for this run.*\n/);
  const { stdout } = service.output;
  assert.match(stdout, new RegExp(`API +${service.url}/api/v1\n`));
  assert.match(stdout, new RegExp(`Docs +${service.url}/docs\n`));
  assert.match(stdout, new RegExp(`Sign-in +${service.url}/sign-in .cookies for plain http on localhost`));
  assert.match(stdout, /Codes +appear here/);
  assert.match(stdout, /OTP_SECRET_KEY and JWT_SECRET generated for this run/);
  await service.stop();
});

test('npm run dev serves from the sources, and restarts when one changes', async (t) => {
  const dev = startProcess('npm', ['run', 'dev', '--', ...noEnvFile], { PORT: '0' });
  const [banner, url] = await dev.waitFor(/API +(http:\S+)\/api\/v1/);
  assert.equal((await fetch(`${url}/livez`)).status, 200);
  assert.equal((await fetch(`${url}/docs/swagger-ui.css`)).status, 200);
  // The watcher comes to know of a file some time after it has been loaded: touched before that, it has not changed.
  const touch = () => utimesSync(join(root, 'src/version.ts'), new Date(), new Date());
  const touching = setInterval(touch, 1000);
  t.after(() => clearInterval(touching));
  touch();
  await dev.waitFor(/(Restarting|Rerunning)\.\.\./);
  clearInterval(touching);
  await dev.waitFor(new RegExp(`${banner}[\\s\\S]*API +http`));
  await dev.stop();
});
