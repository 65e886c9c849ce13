import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { createOtp, generateSecretKey } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { createInbox, createTestOtp, jwtSecret, secretKey } from '../helpers/otp.js';

const alice = 'alice@example.com';

test('valid: the code works once, for the identity however it is written, and gives a token', async () => {
  const { otp, obtain } = createTestOtp();
  const code = await obtain('ALICE@Example.com');
  const result = await otp.verify(alice, ` ${code.slice(0, 3)} ${code.slice(3)} `);
  assert.equal(result.status, 'valid');
  if (result.status !== 'valid') return;
  assert.equal(result.identity, alice);
  assert.equal(result.purpose, 'sign-in');
  assert.equal(result.tokenType, 'bearer');
  assert.equal(result.expiresInSeconds, 900);
  const check = await otp.verifyToken(result.accessToken);
  assert.equal(check.active && check.claims.sub, alice);
  assert.deepEqual(await otp.verify(alice, code), { status: 'expired' });
});

test('expired: there is no code without a request, and none a moment after its life', async () => {
  const { otp, clock, obtain } = createTestOtp();
  assert.deepEqual(await otp.verify(alice, '123456'), { status: 'expired' });
  const code = await obtain(alice);
  clock.advance(299_999);
  const late = await otp.verify(alice, '000000');
  assert.notEqual(late.status, 'expired');
  clock.advance(1);
  assert.deepEqual(await otp.verify(alice, code), { status: 'expired' });
});

test('invalid five times, then blocked until the code expires', async () => {
  const { otp, clock, obtain, wrong } = createTestOtp();
  const code = await obtain(alice);
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    assert.deepEqual(await otp.verify(alice, wrong(code)), { status: 'invalid', attemptsLeft });
  }
  clock.advance(100_000);
  assert.deepEqual(await otp.verify(alice, code), { status: 'blocked', retryAfterSeconds: 200 });
});

test('invalid without a count for what cannot be a code', async () => {
  const { otp, obtain } = createTestOtp({ maxAttempts: 1 });
  const code = await obtain(alice);
  for (const typed of ['', '123', '12345678901', '①②③④⑤⑥', 'abcdef', 123456, null, [code]]) {
    assert.deepEqual(await otp.verify(alice, typed), { status: 'invalid', attemptsLeft: null });
  }
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

test('rate_limited by identity: ten verifies of unbound codes in rolling ten minutes', async () => {
  const { otp, clock, obtain, wrong } = createTestOtp({ lengthenAfter: 0, maxAttempts: 100 });
  const code = await obtain(alice);
  for (let i = 0; i < 10; i++) assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
  clock.advance(60_000);
  assert.deepEqual(await otp.verify(alice, code), {
    status: 'rate_limited',
    limit: 'verify_identity',
    retryAfterSeconds: 540,
  });
});

test('success clears the verify limit', async () => {
  const { otp, obtain, wrong } = createTestOtp({ lengthenAfter: 0, verifyIdentityMax: 3, maxAttempts: 100 });
  for (let round = 0; round < 3; round++) {
    const code = await obtain(alice);
    assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
    assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
    assert.equal((await otp.verify(alice, code)).status, 'valid');
  }
});

test('rate_limited by address comes first and costs the code nothing', async () => {
  const { otp, obtain } = createTestOtp({ verifyIpMax: 3, maxAttempts: 1 });
  const code = await obtain(alice);
  const ip = '192.0.2.66';
  for (let i = 0; i < 3; i++) await otp.verify('nobody@example.com', '123456', { ip });
  const refused = await otp.verify(alice, '000000', { ip });
  assert.equal(refused.status === 'rate_limited' && refused.limit, 'verify_ip');
  assert.equal((await otp.verify(alice, code, { ip: '192.0.2.1' })).status, 'valid');
});

test('what cannot be a code counts nowhere, not even for the address', async () => {
  const { otp, obtain } = createTestOtp({ verifyIpMax: 1 });
  const code = await obtain(alice);
  const ip = '192.0.2.1';
  for (let i = 0; i < 10; i++) await otp.verify(alice, '12', { ip });
  assert.equal((await otp.verify(alice, code, { ip })).status, 'valid');
});

test('codes are compared in constant time', async (t) => {
  const { otp, obtain, wrong } = createTestOtp();
  const code = await obtain(alice);
  const compare = t.mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const typed of [wrong(code), code]) await otp.verify(alice, typed);
  assert.equal(compare.mock.callCount(), 2);
});

test('the log follows an identity by a part of its tag, and holds nothing to recover it from', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = { warn() {}, error() {}, info: (fields: Record<string, unknown>) => lines.push(fields) };
  const { otp, obtain } = createTestOtp({ logger });
  await otp.verify(alice, await obtain(alice));
  assert.equal(lines.length, 2);
  assert.equal(lines[0]?.['identity_tag'], lines[1]?.['identity_tag']);
  assert.match(String(lines[0]?.['identity_tag']), /^[\w-]{10}$/);
  assert.doesNotMatch(JSON.stringify(lines), /alice/);
});

test('invalid_identity', async () => {
  const { otp } = createTestOtp();
  assert.deepEqual(await otp.verify([alice], '123456'), { status: 'invalid_identity' });
});

test('a code of one purpose, namespace or identity is worthless for another', async () => {
  const store = createMemoryStore();
  const inbox = createInbox();
  const options = {
    secretKey,
    jwtSecret,
    store,
    transports: [inbox.transport],
    purposes: ['sign-in', 'payment'],
  };
  const shop = createOtp({ ...options, namespace: 'shop' });
  const bank = createOtp({ ...options, namespace: 'bank' });
  await shop.request(alice, { purpose: 'payment' });
  const code = inbox.lastCode();
  assert.equal((await shop.verify(alice, code)).status, 'expired');
  assert.equal((await bank.verify(alice, code, { purpose: 'payment' })).status, 'expired');
  assert.equal((await shop.verify('bob@example.com', code, { purpose: 'payment' })).status, 'expired');
  const result = await shop.verify(alice, code, { purpose: 'payment' });
  assert.equal(result.status === 'valid' && result.purpose, 'payment');
});

test('with the settings of the Django handler its five answers come out: five digits, 120 s, three tries', async () => {
  const { otp, clock, inbox, obtain, wrong } = createTestOtp({
    digits: 5,
    windowSeconds: 120,
    maxAttempts: 3,
    resend: 'refuse',
  });
  const phone = '+4915112345678';
  const code = await obtain(phone);
  assert.match(code, /^[0-9]{5}$/);
  assert.equal((await otp.request(phone)).status, 'pending');
  for (let i = 0; i < 3; i++) assert.equal((await otp.verify(phone, wrong(code))).status, 'invalid');
  assert.equal((await otp.verify(phone, code)).status, 'blocked');
  clock.advance(120_000);
  assert.equal((await otp.verify(phone, code)).status, 'expired');
  await otp.request(phone);
  assert.equal((await otp.verify(phone, inbox.lastCode())).status, 'valid');
});

test('a rotation of the code key fails no code that is pending, and the retired key makes none', async () => {
  const store = createMemoryStore();
  const inbox = createInbox();
  const other = generateSecretKey();
  const parts = { jwtSecret, store, transports: [inbox.transport], identityKey: secretKey };
  const before = createOtp({ ...parts, secretKey });
  const announced = createOtp({ ...parts, secretKey, previousSecretKey: other });
  const swapped = createOtp({ ...parts, secretKey: other, previousSecretKey: secretKey });
  const after = createOtp({ ...parts, secretKey: other });
  for (const [requester, verifier] of [
    [before, announced],
    [announced, before],
    [announced, swapped],
    [swapped, announced],
    [swapped, after],
  ] as const) {
    await requester.request(alice);
    assert.equal((await verifier.verify(alice, inbox.lastCode())).status, 'valid');
  }
  const bob = 'bob@example.com';
  await before.request(bob);
  const old = inbox.lastCode();
  assert.equal((await after.verify(bob, old)).status, 'expired');
  await after.request(bob);
  assert.notEqual(inbox.lastCode(), old);
  assert.equal((await after.verify(bob, inbox.lastCode())).status, 'valid');
});

test('when the store fails, a request and a verify reject and nothing is sent', async () => {
  const clock = createManualClock();
  const inbox = createInbox();
  const store = createMemoryStore({ clock, maxEntries: 1 });
  const otp = createOtp({ secretKey, jwtSecret, store, clock, transports: [inbox.transport] });
  await otp.request('first@example.com');
  await assert.rejects(otp.request(alice), { code: 'store_unavailable' });
  assert.equal(inbox.messages.length, 1);
});
