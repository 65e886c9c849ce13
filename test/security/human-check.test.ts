import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashApiKey } from '../../src/http/api-keys.js';
import type { AltchaChallenge, OtpOptions } from '../../src/index.js';
import { createManualTime } from '../helpers/clock.js';
import { encode, solve } from '../helpers/human-check.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { createShortLadder } from '../helpers/short-ladder.js';

const path = '/api/v1/otp/request';
const alice = { identity: 'alice@example.com', human_check: null };

function open(options: Partial<OtpOptions> & { free?: number } = {}) {
  const { free = 0, ...rest } = options;
  const time = createManualTime();
  const store = createShortLadder({ clock: time.clock, free });
  const parts = createTestOtp({
    time,
    store,
    dayBudgets: 'enforce',
    humanCheck: { provider: 'altcha' },
    ...rest,
  });
  const request = (body: object, headers?: Record<string, string>) =>
    post(parts.otp.handler, path, body, headers);
  async function ask(body: object = alice): Promise<AltchaChallenge> {
    const asked = await request(body);
    assert.equal(asked.body.code, 'human_check_required', JSON.stringify(asked.body));
    const check = asked.body['human_check'] as { provider: string; challenge: AltchaChallenge };
    assert.equal(check.provider, 'altcha');
    return check.challenge;
  }
  return { ...parts, request, ask };
}

test('the same request with the solution goes through, and the wait is told to those who cannot solve it', async () => {
  const { request, ask, inbox } = open();
  const asked = await request(alice);
  assert.deepEqual([asked.status, asked.body.code], [403, 'human_check_required']);
  assert.equal(asked.body['retry_after_seconds'], 7200);
  assert.equal(asked.headers.get('retry-after'), '7200');
  assert.equal(inbox.messages.length, 0);
  const sent = await request({ ...alice, human_check: solve(await ask()) });
  assert.deepEqual([sent.status, inbox.messages.length], [200, 1]);
});

describe('nobody is asked who cannot answer', () => {
  const apiKeyHashes = [{ name: 'shop', hash: hashApiKey('a-key'), rights: ['otp'] as const }];
  const cases: [string, Partial<OtpOptions>, object, Record<string, string>][] = [
    ['a caller that leaves it out', {}, { identity: alice.identity }, {}],
    ['a caller that sends it empty', {}, { ...alice, human_check: '' }, {}],
    ['a caller with a key', { apiKeyHashes: apiKeyHashes as never }, alice, { 'X-API-Key': 'a-key' }],
    ['anyone where there is no check', { humanCheck: undefined }, alice, {}],
  ];
  for (const [name, options, body, headers] of cases) {
    test(name, async () => {
      const { request } = open(options);
      const { status, body: answer } = await request(body, headers);
      assert.deepEqual([status, answer.code], [429, 'rate_limited']);
      assert.equal(answer['human_check'], undefined);
    });
  }

  test('a call of the library without it; one with null is', async () => {
    const { otp } = open();
    assert.equal((await otp.request(alice.identity)).status, 'rate_limited');
    for (const humanCheck of [undefined, '']) {
      assert.equal((await otp.request(alice.identity, { humanCheck })).status, 'rate_limited');
    }
    assert.equal((await otp.request(alice.identity, { humanCheck: null })).status, 'human_check_required');
  });
});

test('a request that no limit refuses needs no check, whatever it carries', async () => {
  const { request } = open({ free: 10 });
  for (const human_check of [null, 'nonsense', encode({ challenge: {}, solution: {} })]) {
    assert.equal((await request({ ...alice, human_check })).status, 200);
  }
});

test('one solution lets one request through, of 50 at once', async () => {
  // Attack: solve one puzzle, and have 50 messages sent with it.
  const { request, ask, inbox } = open({ requestIdentityMax: 1000, requestIpMax: 0 });
  const body = { ...alice, human_check: solve(await ask()) };
  const answers = await Promise.all(Array.from({ length: 50 }, () => request(body)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.every(({ status, body }) => status === 200 || body.code === 'human_check_required'));
  assert.equal(inbox.messages.length, 1);
});

test('a solution is of no use for anyone else, for anything else, elsewhere, or later', async () => {
  // Attack: solve the puzzle for an address of my own, and bomb somebody else with it.
  const { request, ask, otp, clock } = open({ purposes: ['sign-in', 'payment'] });
  const human_check = solve(await ask());
  const refused = async (body: object) => {
    const answer = await request({ ...alice, human_check, ...body });
    assert.equal(answer.body.code, 'human_check_required');
  };
  await refused({ identity: 'bob@example.com' });
  await refused({ purpose: 'payment' });
  const elsewhere = new Request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...alice, human_check }),
  });
  assert.equal((await otp.handler(elsewhere, { remoteAddress: '198.51.100.1' })).status, 403);
  const other = open({ namespace: 'other' });
  assert.equal((await other.request({ ...alice, human_check })).body.code, 'human_check_required');
  clock.advance(120_000);
  await refused({});
});

test('an alias of the same person is the same budget, so its solution serves', async () => {
  const { request, ask } = open();
  const human_check = solve(await ask());
  assert.equal((await request({ identity: 'alice+shop@example.com', human_check })).status, 200);
});

test('the address limit holds for solutions too, before any of them is looked at', async () => {
  // Attack: send solutions without end, each of which the server has to check.
  const { request, ask } = open({ requestIpMax: 5, requestIdentityMax: 1000 });
  const challenge = await ask();
  const answer = { counter: 1, derivedKey: `00${'1'.repeat(62)}` };
  const codes: string[] = [];
  for (let i = 0; i < 10; i++) {
    codes.push((await request({ ...alice, human_check: encode({ challenge, solution: answer }) })).body.code);
  }
  assert.ok(
    codes.slice(5).every((code) => code === 'rate_limited'),
    codes.join(),
  );
});

test('a body with a solution that is too long, or no text, is refused', async () => {
  const { request } = open();
  for (const human_check of ['a'.repeat(2049), 7, {}, ['a'], true]) {
    assert.equal((await request({ ...alice, human_check })).status, 400);
  }
});

test('the log says who was asked and for which limit, and holds neither puzzle nor solution', async () => {
  const { logger, lines } = keepLines();
  const { request, ask } = open({ logger });
  const challenge = await ask();
  const human_check = solve(challenge);
  await request({ ...alice, human_check });
  const asked = lines.find(({ status }) => status === 'human_check_required');
  assert.equal(asked?.['event'], 'request.refused');
  assert.equal(asked?.['limit'], 'cooldown');
  const text = JSON.stringify(lines);
  for (const hidden of [challenge.signature, challenge.parameters.nonce, human_check]) {
    assert.ok(!text.includes(hidden));
  }
});
