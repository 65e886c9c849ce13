import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { createTestOtp } from '../helpers/otp.js';

const review = 'review@example.com';
const testIdentities = [{ identity: 'Review@Example.com', code: '482931', until: '2026-12-31' }];

function createKit() {
  const warnings: string[] = [];
  const logger = {
    info() {},
    error() {},
    warn: (_fields: object, message: string) => warnings.push(message),
  };
  // The clock of the tests begins in November 2026.
  return {
    ...createTestOtp({ testIdentities, logger, requestIdentityMax: 1000, verifyIdentityMax: 1000 }),
    warnings,
  };
}

test('a test identity is sent nothing, and its code works once a request, with warnings in the log', async () => {
  const { otp, inbox, warnings } = createKit();
  assert.deepEqual(await otp.verify(review, '482931'), { status: 'expired' });
  for (let i = 1; i <= 3; i++) {
    const sent = await otp.request(review);
    assert.equal(sent.status === 'sent' && sent.codeLength, 6);
    assert.equal((await otp.verify(review, '482931')).status, 'valid');
    assert.deepEqual(await otp.verify(review, '482931'), { status: 'expired' });
    assert.equal(warnings.length, 2 * i);
  }
  assert.equal(inbox.messages.length, 0);
});

test('it has the same attempts as everyone, and others do not have its code', async () => {
  const { otp, obtain } = createKit();
  await otp.request(review);
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    assert.deepEqual(await otp.verify(review, '000000'), { status: 'invalid', attemptsLeft });
  }
  assert.equal((await otp.verify(review, '482931')).status, 'blocked');
  const code = await obtain('other@example.com');
  if (code !== '482931') assert.equal((await otp.verify('other@example.com', '482931')).status, 'invalid');
});

// Attack: guess at the one code that never changes.
test('20 wrong guesses switch it off, right ones do not', async () => {
  const { otp, clock, inbox } = createKit();
  for (let i = 0; i < 30; i++) {
    await otp.request(review);
    assert.equal((await otp.verify(review, '482931')).status, 'valid');
  }
  let wrong = 0;
  while (wrong < 20) {
    await otp.request(review);
    for (let i = 0; i < 5; i++) if ((await otp.verify(review, '000000')).status === 'invalid') wrong += 1;
    clock.advance(300_000);
  }
  for (let i = 0; i < 5; i++) {
    await otp.request(review);
    assert.notEqual((await otp.verify(review, '482931')).status, 'valid');
    clock.advance(300_000);
  }
  assert.equal(inbox.messages.length, 0);
});

test('after its last day it is an identity like any other', async () => {
  const { otp, clock, inbox } = createKit();
  clock.advance(Date.parse('2026-12-31T23:59:59Z') - clock());
  await otp.request(review);
  assert.equal((await otp.verify(review, '482931')).status, 'valid');
  clock.advance(1000);
  await otp.request(review);
  assert.equal(inbox.messages.length, 1);
  if (inbox.lastCode() !== '482931') assert.equal((await otp.verify(review, '482931')).status, 'invalid');
  assert.equal((await otp.verify(review, inbox.lastCode())).status, 'valid');
});

test('in the configuration each needs an identity, a code and a day, and none is ever printed', () => {
  const good =
    'review@example.com=482931@2026-12-31,+4915112345678=123456@2027-01-31,a=b@example.com=0000@2026-12-31';
  assert.deepEqual(loadConfig({ OTP_TEST_IDENTITIES: good }).problems, []);
  for (const bad of [
    'review@example.com=482931',
    'review@example.com=482931@',
    'review@example.com=482931@2026-13-01',
    'review@example.com=482931@soon',
    'review@example.com=48@2026-12-31',
    'review=482931@2026-12-31',
    `${good},`,
  ]) {
    const [problem, ...others] = loadConfig({ OTP_TEST_IDENTITIES: bad }).problems;
    assert.equal(others.length, 0);
    assert.match(
      problem ?? '',
      /^OTP_TEST_IDENTITIES: given \d+ characters, allowed: `review@example.com=482931@/,
    );
  }
});
