import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateApiKey, generateSecretKey } from '../src/index.js';
import { readCodeBlocks } from './helpers/docs.js';
import { startHttpStub } from './helpers/http-stub.js';
import { listen } from './helpers/listen.js';
import { postTo, type RunningProcess, root, startProcess } from './helpers/process.js';
import { findFreePort, type RedisServer, startRedis } from './helpers/redis.js';
import { startSmtpServer } from './helpers/smtp.js';
import { requireTool } from './helpers/tools.js';
import { until } from './helpers/until.js';

const page = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
const password = 'password-of-the-few-rights';
const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
const bin = join(folder, 'bin');
let redis: RedisServer;
let port: number;
let metricsPort: number;
let service: RunningProcess;
let log = '';
let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
let control: Awaited<ReturnType<typeof listen>>;

async function start(): Promise<void> {
  service = startProcess(process.execPath, [join(root, 'dist/cli/main.js')], {}, folder);
  service.child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  await service.waitFor(/Store +redis/);
}

/** Puts a program first on the path. */
function shim(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

before(async () => {
  for (const [tool, debianPackage] of [
    ['redis-cli', 'redis-tools'],
    ['curl', 'curl'],
  ] as const)
    requireTool(tool, debianPackage);
  const [, rights = ''] = /acl setuser otp on '>PASSWORD' (.*)$/m.exec(page) ?? [];
  // In its configuration, since a user made by a command is gone after a restart.
  const user = ['--user', 'otp', 'on', `>${password}`, ...rights.replaceAll("'", '').split(' ')];
  redis = await startRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', ...user]);
  smtp = await startSmtpServer({
    onRcptTo: ({ address }, _session, callback) =>
      callback(/^refused@/.test(address) ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
  });
  // Its secret is another, so it refuses every event.
  const receiver = await startHttpStub({ status: 401 });
  port = await findFreePort();
  metricsPort = await findFreePort();
  const operator = generateApiKey();
  writeFileSync(join(folder, 'ops.key'), operator.key, { mode: 0o600 });
  const settings = {
    API_KEYS: `ops=${operator.hash}:operate`,
    NODE_ENV: 'production',
    PORT: port,
    METRICS_PORT: metricsPort,
    OTP_SECRET_KEY: generateSecretKey(),
    JWT_SECRET: generateSecretKey(),
    STORE: 'redis',
    REDIS_URL: `redis://otp:${password}@127.0.0.1:${redis.port}`,
    REDIS_TIMEOUT_MS: 4000,
    REFRESH_TOKEN_TTL: 86_400,
    DELIVERY_BACKEND: 'smtp',
    DELIVERY_TIMEOUT_MS: 60_000,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: smtp.port,
    SMTP_FROM: 'codes@example.org',
    PUBLIC_URL: 'https://otp.example.com',
    RATE_REQUEST_IP_MAX: 10,
    EVENTS_URL: receiver.url,
    EVENTS_SECRET: generateSecretKey(),
    EVENTS_ALLOW_PRIVATE_TARGETS: true,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''), { mode: 0o600 });
  // What a machine of an operator has, for the service of this test.
  control = await listen(async (request, response) => {
    try {
      if (request.url === '/restart') {
        await service.stop();
        await start();
      }
    } catch {
      response.statusCode = 500;
    }
    response.end(request.url === '/log' ? log : '');
  });
  mkdirSync(bin);
  shim('npx', `test "$1" = stateless-otp && shift && exec ${process.execPath} ${root}dist/cli/main.js "$@"`);
  shim(
    'journalctl',
    `test "$*" = "-u stateless-otp -o cat --since=-2h" && exec curl -fsS ${control.url}/log`,
  );
  shim('systemctl', `test "$2" = stateless-otp && exec curl -fsS ${control.url}/$1`);
  await start();
});
after(async () => {
  await service.stop();
  await control.close();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

interface Run {
  command: string;
  code: number;
  output: string;
}

/** Runs the lines of blocks in one shell, each to its end. */
async function run(code: string): Promise<Run[]> {
  const commands = code
    .replaceAll('http://127.0.0.1:8000', `http://127.0.0.1:${port}`)
    .replaceAll('http://127.0.0.1:9464', `http://127.0.0.1:${metricsPort}`)
    .replaceAll('redis://127.0.0.1:6379', `redis://127.0.0.1:${redis.port}`)
    .replaceAll('PASSWORD', password)
    .trim()
    .split('\n');
  const script = [
    'set -o pipefail',
    ...commands.map((command) => `${command}\nprintf '\\n::%s::\\n' $?`),
  ].join('\n');
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: folder, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  await new Promise((resolve) => child.on('close', resolve));
  const results = text.split(/::(\d+)::\n/);
  return commands.map((command, index) => ({
    command,
    output: results[2 * index] ?? '',
    code: Number(results[2 * index + 1] ?? -1),
  }));
}

/** The commands of a section, in order. */
const readSection = (title: string) => {
  const [, rest = ''] = page.split(`## ${title}\n`);
  const [section = ''] = rest.split('\n## ');
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
};
const setup = () => `${page.split('## First look')[0]?.match(/^```sh\n([\s\S]*?)^```$/m)?.[1] ?? ''}`;
const fetchLog = 'journalctl -u stateless-otp -o cat --since=-2h > otp.log\n';
const ran = new Set<string>();

/** Runs all of a section; each command ends well, but for those that are expected to say that something is wrong. */
async function runSection(
  title: string,
  expected: Record<string, number> = {},
  change = (code: string) => code,
) {
  const blocks = readSection(title);
  assert.ok(blocks.length > 0, title);
  for (const block of blocks) ran.add(block);
  const runs = await run(change(`${setup()}${fetchLog}${blocks.join('')}`));
  for (const { command, code, output } of runs) {
    const [, wanted = 0] = Object.entries(expected).find(([part]) => command.includes(part)) ?? [];
    assert.equal(code, wanted, `${command}\n${output}`);
  }
  const [, , ...own] = runs;
  const outputOf = (part: string) =>
    own.filter(({ command }) => command.includes(part)).map(({ output }) => output);
  return { outputOf: (part: string) => outputOf(part).join('\n') };
}

const api = (path: string, body: unknown, bearer?: string) =>
  postTo(`http://127.0.0.1:${port}/api/v1/${path}`, body, bearer);

/** Requests a code and reads it in the mail. */
async function obtain(identity: string): Promise<string> {
  const arrival = smtp.next(identity);
  assert.equal((await requestCode(identity)).status, 200);
  const { mail } = await arrival;
  return /\b\d{6}\b/.exec(mail.text ?? '')?.[0] ?? '';
}

/** Requests a code, until what became of it is in the log. */
async function requestCode(identity: string) {
  const answer = await api('otp/request', { identity });
  const id = String(answer.headers.get('x-request-id'));
  await until('the request is logged', () => log.includes(id));
  return answer;
}

test('first look: the service runs, and its log is counted', async () => {
  await requestCode('alice@example.com');
  await requestCode('refused@example.com');
  const { outputOf } = await runSection('First look');
  assert.match(outputOf('uniq -c'), /1 "event":"code\.sent"/);
  assert.match(outputOf('check --connect'), /Everything answers\./);
  assert.match(outputOf('tail -n 20'), /delivery\.failed/);
  assert.match(outputOf('/metrics'), /^stateless_otp_requests_total\{.*status="delivered".*\} 1$/m);
});

test('no mail came: the log names the cause, by the id of the request too', async () => {
  const { headers } = await requestCode('refused@example.net');
  const id = String(headers.get('x-request-id'));
  const { outputOf } = await runSection('No mail came', {}, (code) => code.replace('REQUEST_ID', id));
  assert.match(outputOf('"cause"'), /\d "cause":".*550/);
  assert.match(outputOf(id), /"event":"delivery\.failed"/);
  assert.match(outputOf('identity tag'), /"event":"code\.sent"/);
  assert.match(outputOf('send-test'), /smtp: accepted/);
  assert.match(outputOf('identity status'), /alice@example\.com|pending|smtp/);
});

test('events were lost: the log says why, and the receiver is asked without an event', async () => {
  await requestCode('frank@example.com');
  await until('the loss is logged', () => log.includes('"event":"events.lost"'));
  const { outputOf } = await runSection('Events were lost');
  assert.match(outputOf('events\\.'), /"event":"events\.lost".*HTTP 401/);
  assert.match(outputOf('check --connect'), /^ok +events +http:\S+ answers/m);
});

test('under attack: the log says what is refused and from where, and a new limit is in force after a restart', async () => {
  for (let count = 0; count < 12; count++) await requestCode(`stranger${count}@example.com`);
  const { outputOf } = await runSection('We are under attack');
  assert.match(outputOf('"limit"'), /\d "limit":"request_ip"/);
  assert.match(outputOf('"network"'), /"network":"127\.0\.0\.0\/24"/);
  assert.equal((await requestCode('owner@example.com')).status, 200);
});

test('codes are long: the log says why', async () => {
  await run('echo OTP_SHORT_OPEN_MAX=5 >> .env\nsystemctl restart stateless-otp');
  for (let count = 0; count < 3; count++) await requestCode(`everyone${count}@example.com`);
  const { outputOf } = await runSection('Codes are long');
  assert.match(outputOf('lengthened'), /"cause":"unused","codes":\d,"used":0/);
  await run("sed -i '/^OTP_SHORT_OPEN_MAX=/d' .env\nsystemctl restart stateless-otp");
});

test('upgrade: a code from before a restart signs in after it, and the sign-in goes on after another', async () => {
  const otp = await obtain('bob@example.com');
  await runSection('Upgrade without a failed sign-in');
  const { status, body } = await api('otp/verify', { identity: 'bob@example.com', otp });
  assert.equal(status, 200);
  await run('systemctl restart stateless-otp');
  const refreshed = await api('token/refresh', { refresh_token: body.refresh_token });
  assert.equal(refreshed.status, 200);
  const everywhere = await api('token/logout-all', {}, refreshed.body.access_token);
  assert.equal(everywhere.status, 200);
});

test('a new OTP_IDENTITY_KEY costs what the page says: pending codes, lasting sign-ins, sign-outs', async () => {
  const signedIn = await api('otp/verify', {
    identity: 'carol@example.com',
    otp: await obtain('carol@example.com'),
  });
  await api('token/logout-all', {}, signedIn.body.access_token);
  const otherSignIn = await api('otp/verify', {
    identity: 'dave@example.com',
    otp: await obtain('dave@example.com'),
  });
  const pending = await obtain('erin@example.com');
  await run(`echo OTP_IDENTITY_KEY=${generateSecretKey()} >> .env\nsystemctl restart stateless-otp`);
  const verified = await api('otp/verify', { identity: 'erin@example.com', otp: pending });
  assert.equal(verified.body.code, 'expired_code');
  const refreshed = await api('token/refresh', { refresh_token: otherSignIn.body.refresh_token });
  assert.equal(refreshed.status, 401);
  const again = await api('token/logout-all', {}, signedIn.body.access_token);
  assert.equal(again.status, 200);
});

test('the other sections can be followed', async () => {
  await runSection('Rotate a key', { 'keys rotate': 0 });
  await runSection('What to back up');
  await runSection('Logs: how long, and requests for deletion');
  const { outputOf } = await runSection('The user of Redis');
  assert.match(outputOf('acl setuser'), /OK/);
  await runSection('Sizing');
});

test('the user of Redis was refused nothing in all of this', async () => {
  assert.deepEqual(await redis.client.call('ACL', 'LOG'), []);
});

test('Redis is down: each command says so, and the service is ready again without a restart', async () => {
  const title = 'Redis is down';
  const [asking = '', reading = '', seeing = '', ...others] = readSection(title);
  assert.deepEqual(others, []);
  await redis.kill();
  const down = await run(`${setup()}${asking}`);
  assert.deepEqual(
    down.map(({ code }) => code),
    [0, 0, 0, 1, 1],
  );
  assert.match(down[2]?.output ?? '', /store/);
  assert.match(down[3]?.output ?? '', /FAILED +store/);
  const read = await run(`${setup()}${fetchLog}${reading}`);
  assert.match(read.at(-1)?.output ?? '', /ECONNREFUSED|no connection/);
  await redis.restart();
  await redis.client.ping();
  const seen = await run(
    `${setup()}curl -fsS --retry 100 --retry-all-errors --retry-delay 1 -o /dev/null $OTP/readyz\n${seeing}`,
  );
  for (const { command, code, output } of seen) assert.equal(code, 0, `${command}\n${output}`);
  for (const block of [asking, reading, seeing]) ran.add(block);
});

test('no block was left out', () => {
  const blocks = readCodeBlocks('docs/runbook.md').map(({ code }) => code);
  const [variables, journal, ...others] = blocks;
  assert.ok(variables?.startsWith('export ') && journal === fetchLog);
  for (const block of others) assert.ok(ran.has(block), block);
});
