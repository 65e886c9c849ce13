import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';

async function requestBound(kit: ReturnType<typeof createTestOtp>, challenge?: string) {
  const result = await kit.otp.request(alice, { bind: true, challenge });
  if (result.status !== 'sent' || result.challenge === undefined)
    throw new Error(`not sent: ${result.status}`);
  return { challenge: result.challenge, code: kit.inbox.lastCode() };
}

// Attack: ask for a code for someone who is just signing in, and replace, learn or use up theirs.
test('a second bound request neither learns nor replaces nor spends the first', async () => {
  const kit = createTestOtp();
  const owner = await requestBound(kit);
  const stranger = await requestBound(kit);
  assert.notEqual(stranger.challenge, owner.challenge);
  assert.notEqual(stranger.code, owner.code);
  for (let i = 0; i < 5; i++)
    await kit.otp.verify(alice, kit.wrong(owner.code), { challenge: stranger.challenge });
  assert.equal(
    (await kit.otp.verify(alice, owner.code, { challenge: stranger.challenge })).status,
    'blocked',
  );
  assert.equal((await kit.otp.verify(alice, owner.code, { challenge: owner.challenge })).status, 'valid');
});

// Attack: type the code that someone else's browser asked for into one's own.
test('a bound code is worthless without its challenge, and trying costs it nothing', async () => {
  const kit = createTestOtp();
  const owner = await requestBound(kit);
  const stranger = await requestBound(kit);
  assert.equal((await kit.otp.verify(alice, owner.code)).status, 'expired');
  assert.equal(
    (await kit.otp.verify(alice, owner.code, { challenge: stranger.challenge })).status,
    'invalid',
  );
  const wrong = await kit.otp.verify(alice, kit.wrong(owner.code), { challenge: owner.challenge });
  assert.deepEqual(wrong, { status: 'invalid', attemptsLeft: 4 });
});

test('OTP_BINDING=challenge leaves no unbound requests', async () => {
  const kit = createTestOtp({ binding: 'challenge' });
  const result = await kit.otp.request(alice, { bind: false });
  assert.ok(result.status === 'sent' && result.challenge);
  assert.equal((await kit.otp.verify(alice, kit.inbox.lastCode())).status, 'expired');
});

// Attack: lock someone out before they even ask for a code.
test('silent verifies lock nobody out', async () => {
  const { otp, obtain } = createTestOtp();
  for (let i = 0; i < 100; i++) assert.equal((await otp.verify(alice, '123456')).status, 'expired');
  const code = await obtain(alice);
  assert.equal(code.length, 6);
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

// Attack: guess without end, so that the owner can never sign in again.
test('after ten wrong guesses codes have ten digits and three attempts, and the owner still gets in', async () => {
  const { otp, clock, obtain, wrong } = createTestOtp();
  for (let round = 0; round < 2; round++) {
    const code = await obtain(alice);
    for (let i = 0; i < 5; i++) assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
    clock.advance(600_000);
  }
  const result = await otp.request(alice);
  assert.equal(result.status === 'sent' && result.codeLength, 10);
  const long = await obtain(alice);
  assert.match(long, /^[0-9]{10}$/);
  assert.deepEqual(await otp.verify(alice, wrong(long)), { status: 'invalid', attemptsLeft: 2 });
  assert.equal((await otp.verify(alice, long)).status, 'valid');
  assert.equal((await obtain(alice)).length, 10);
  clock.advance(46 * 24 * 3600 * 1000);
  assert.equal((await obtain(alice)).length, 6);
});

// Attack: buy fresh attempts with another purpose, challenge, resend, address or new code.
test('purposes, challenges, resends and addresses never add to a budget', async () => {
  const purposes = ['sign-in', 'payment', 'confirm-email'];
  for (const resend of ['reuse', 'rotate', 'refuse'] as const) {
    const { otp, clock, inbox } = createTestOtp({ purposes, resend });
    let compared = 0;
    for (let step = 0; step < 400; step++) {
      const purpose = purposes[step % purposes.length];
      const bind = step % 2 === 0;
      const ip = `198.51.100.${step % 250}`;
      const opened = await otp.request(alice, { purpose, bind, ip });
      const challenge = opened.status === 'sent' ? opened.challenge : undefined;
      for (let i = 0; i < 6; i++) {
        const digits = inbox.lastCode().length;
        const result = await otp.verify(alice, '0'.repeat(digits), { purpose, challenge, ip });
        assert.notEqual(result.status, 'valid');
        if (result.status === 'invalid' && digits === 6) compared += 1;
      }
      clock.advance(5_000);
    }
    assert.ok(compared <= 10, `${compared} guesses met six digits under ${resend}`);
    assert.ok(inbox.messages.length <= 20, `${inbox.messages.length} messages in 2000 s at 5 in 600 s`);
  }
});
