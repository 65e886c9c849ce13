import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formatStatus } from '../../src/cli/identity-status.js';
import { generateApiKey } from '../../src/index.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { runCli, startService } from '../helpers/process.js';

const identity = 'alice@example.com';
const [ops, shop] = [generateApiKey(), generateApiKey()];
const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));

function writeKey(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
const keyFile = writeKey('key', `${ops.key}\n`);

describe('identity, with a service that runs', () => {
  let service: Awaited<ReturnType<typeof startService>>;
  before(async () => {
    service = await startService({ API_KEYS: `ops=${ops.hash}:operate`, REFRESH_TOKEN_TTL: '3600' });
  });
  after(() => service.stop());

  const run = (verb: string, ...more: string[]) =>
    runCli(['identity', verb, identity, '--url', service.url, '--key-file', keyFile, ...more]);
  const request = () =>
    fetch(`${service.url}/api/v1/otp/request`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity }),
    });

  test('does each verb, and says what has come of it', async () => {
    await request();
    const shown = await run('status');
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /^identity {3}\S{10} in the log\ncode {7}for sign-in, 6 digits, \d+ s old, 5 attempts left\n/,
    );
    assert.match(shown.stdout, /^last send {2}accepted by the provider by email \(console\) at 2/m);
    assert.match(shown.stdout, /^limit {6}request_identity: 1 of 5, one is free again in \d+ s$/m);
    const answer = JSON.parse((await run('status', '--json')).stdout);
    assert.deepEqual(Object.keys(answer), ['identity_tag', 'pending', 'budgets', 'guesses', 'signed_out_at']);
    const tag = answer.identity_tag;

    assert.equal((await run('cancel')).stdout, `${tag}: 1 pending code has ended\n`);
    for (let i = 0; i < 3; i++) {
      assert.equal(
        (await run('unblock')).stdout,
        `${tag}: sends, attempts and wrong guesses are forgotten\n`,
      );
    }
    const often = await run('unblock');
    assert.deepEqual([often.code, often.stdout], [1, '']);
    assert.match(often.stderr, /unblocked 3 times in 46 days/);
    assert.equal((await run('unblock', '--force')).code, 0);
    await request();
    assert.equal((await run('sign-out')).stdout, `${tag}: signed out everywhere, 1 pending code has ended\n`);
    assert.match((await run('status')).stdout, /^signed out everywhere: 2/m);
    await request();
    assert.deepEqual(JSON.parse((await run('erase', '--json')).stdout), {
      success: true,
      identity_tag: tag,
      cancelled: 1,
    });
    const erased = JSON.parse((await run('status', '--json')).stdout);
    assert.deepEqual([erased.pending, erased.guesses.used, erased.budgets[0].used], [[], 0, 0]);
  });

  test('fails with exit code 1 and one line when the service does not do it', async () => {
    const other = ['identity', 'status', identity, '--url', service.url];
    for (const [args, error] of [
      [[...other, '--key-file', writeKey('other', shop.key)], /X-API-Key must be a valid API key$/],
      [
        ['identity', 'status', identity, '--url', `${service.url}/else`, '--key-file', keyFile],
        /no such route/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await runCli([...args]);
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, /^stateless-otp: [^\n]+\n$/);
      assert.match(stderr.trim(), error);
    }
  });
});

test('a service that is not there is one line, with the reason', async () => {
  const stub = await startHttpStub();
  await stub.close();
  const { code, stderr } = await runCli([
    'identity',
    'cancel',
    identity,
    '--url',
    stub.url,
    '--key-file',
    keyFile,
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^stateless-otp: http:\S+\/api\/v1\/operator\/cancel: .*ECONNREFUSED.*\n$/);
});

// Attack: have an operator send the key in the clear, or to another place, or print it.
test('wrong usage is exit code 2, without the key', async () => {
  const right = ['status', identity, '--key-file', keyFile];
  for (const [args, error] of [
    [['erse', identity], /given "erse", allowed: tag, status, cancel, unblock, sign-out, erase/],
    [['status'], /status: ADDRESS is missing/],
    [['status', identity], /--key-file: required: a file with the API key of an operator/],
    [['status', identity, '--key-file', `./${ops.key}`], /--key-file: names a file that cannot be read/],
    [
      ['status', identity, '--key-file', writeKey('two', `${ops.key}\n${shop.key}`)],
      /must contain an API key and nothing else/,
    ],
    [[...right, '--force'], /--force goes with unblock/],
    [[...right, '--url', 'otp.example.com'], /--url: given "otp.example.com", allowed: a URL/],
    [[...right, '--url', 'http://otp.example.com'], /in the clear: use https/],
    [[...right, '--url', 'https://a:b@otp.example.com'], /without a user/],
  ] as const) {
    const { code, stdout, stderr } = await runCli(['identity', ...args]);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, error);
    assert.ok(!stderr.includes(ops.key));
  }
});

test('identity --help names every verb and option', async () => {
  const { code, stdout } = await runCli(['identity', '--help']);
  assert.equal(code, 0);
  for (const word of [
    'status',
    'cancel',
    'unblock',
    'sign-out',
    'erase',
    '--key-file',
    '--url',
    '--force',
    '--json',
  ]) {
    assert.ok(stdout.includes(word), word);
  }
});

// Attack: a mail server whose refusal holds escape sequences for the terminal of the operator.
test('what a server said does not control the terminal', () => {
  const text = formatStatus({
    identity_tag: 'pYq1dG3x_a',
    pending: [
      {
        purpose: 'sign-in',
        channel: 'email',
        bound: true,
        age_seconds: 1,
        attempts_left: 5,
        code_length: 6,
        last_send: {
          transport: 'smtp',
          outcome: 'failing',
          cause: '450 \u001b[2J\u009b\n\rno',
          at: '2026-11-26T10:00:00.000Z',
        },
      },
    ],
    budgets: [],
    guesses: { used: 0, max: 10, resets_in_seconds: 0 },
    signed_out_at: null,
  });
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
  assert.equal(text.split('\n').length, 6);
});
