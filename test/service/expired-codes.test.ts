import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestOtp, post, withoutInstance } from '../helpers/otp.js';

const alice = 'alice@example.com';
const verifyPath = '/api/v1/otp/verify';

/** What the log says of each verify. */
function createLog() {
  const lines: Record<string, unknown>[] = [];
  const logger = {
    info: (fields: object) =>
      void ('action' in fields && fields.action === 'verify' && lines.push({ ...fields })),
    warn() {},
    error() {},
  };
  return { lines, logger };
}

test('the log tells a code that was used from one whose time is over', async () => {
  const { lines, logger } = createLog();
  const { otp, obtain, clock } = createTestOtp({ logger });
  const code = await obtain(alice);
  await otp.verify(alice, code);
  clock.advance(12_500);
  assert.deepEqual(await otp.verify(alice, code), { status: 'expired' });
  assert.equal(lines.at(-1)?.['used_seconds_ago'], 12);
  clock.advance(300_000);
  await otp.verify(alice, code);
  assert.equal('used_seconds_ago' in (lines.at(-1) ?? {}), false);
  await otp.verify('bob@example.com', code);
  assert.deepEqual(lines.at(-1)?.['status'], 'expired');
});

test('a code that is used twice at the same moment is told in the log as well', async () => {
  const { lines, logger } = createLog();
  const memory = createMemoryStore();
  const { otp, obtain } = createTestOtp({ logger, store: { ...memory, consume: async () => false } });
  assert.deepEqual(await otp.verify(alice, await obtain(alice)), { status: 'expired' });
  assert.equal(lines.at(-1)?.['used_seconds_ago'], 0);
});

test('a used code is not called expired alone, and its answer is that of any other', async () => {
  const { otp, obtain } = createTestOtp();
  const code = await obtain(alice);
  await otp.verify(alice, code);
  const used = await post(otp.handler, verifyPath, { identity: alice, otp: code });
  const unknown = await post(otp.handler, verifyPath, { identity: 'bob@example.com', otp: code });
  assert.equal(used.status, 410);
  assert.match(used.body.detail, /used or has expired/);
  assert.deepEqual(withoutInstance(used.body), withoutInstance(unknown.body));
});

// Attack: ask of someone's identity without a challenge, to see whether they are about to sign in.
test('a missing challenge is named, in words that are the same whether or not there is a bound code', async () => {
  const { otp, inbox } = createTestOtp();
  const ask = (identity: string, challenge?: string) =>
    post(otp.handler, verifyPath, { identity, otp: inbox.lastCode() || '123456', challenge });
  const before = await ask(alice);
  const { challenge } = (await post(otp.handler, '/api/v1/otp/request', { identity: alice, bind: true }))
    .body;
  const after = await ask(alice);
  assert.deepEqual(
    [after.status, withoutInstance(after.body)],
    [before.status, withoutInstance(before.body)],
  );
  assert.match(after.body.detail, /challenge/);
  assert.equal((await ask(alice, challenge)).status, 200);
  const { detail } = (await ask(alice, challenge)).body;
  assert.match(detail, /used or has expired/);
  assert.doesNotMatch(detail, /challenge/);
});
