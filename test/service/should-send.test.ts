import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Receipt } from '../../src/index.js';
import { settle } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';

const known = 'known@example.com';
const stranger = 'stranger@example.org';

/** Everything that a caller can see of a few requests and guesses. */
async function observe(
  identity: string,
  resend: 'reuse' | 'rotate' | 'refuse',
  receipt: Receipt = { ok: true },
) {
  const { otp, clock, inbox } = createTestOtp({
    answer: () => receipt,
    shouldSend: (asked) => asked === known,
    resend,
    maxAttempts: 3,
    resendCooldownSeconds: 30,
  });
  const seen: unknown[] = [];
  const hide = (result: object) => ({ ...result, challenge: 'challenge' in result });
  for (let i = 0; i < 7; i++) {
    seen.push(hide(await otp.request(identity)));
    clock.advance(i % 2 === 0 ? 31_000 : 5_000);
  }
  seen.push(hide(await otp.request(identity, { bind: true })));
  for (let i = 0; i < 5; i++)
    seen.push(await otp.verify(identity, inbox.lastCode() === '000000' ? '1111' : '000000'));
  clock.advance(600_000);
  seen.push(await otp.verify(identity, '000000'), hide(await otp.request(identity)));
  await otp.close();
  return { seen, sent: inbox.messages.length };
}

describe('anyone who may not be sent a code', () => {
  // Attack: ask for codes to learn who has an account.
  for (const resend of ['reuse', 'rotate', 'refuse'] as const) {
    test(`gets the same answers as everyone else under ${resend}, and nothing is sent`, async () => {
      const [one, other] = [await observe(known, resend), await observe(stranger, resend)];
      assert.deepEqual(other.seen, one.seen);
      assert.ok(one.sent > 0);
      assert.equal(other.sent, 0);
    });
  }

  // Attack: ask for addresses that exist nowhere, and learn from the sends that are given back which domains may enter.
  for (const resend of ['reuse', 'rotate', 'refuse'] as const) {
    test(`gets the same answers as those whom no message reaches under ${resend}`, async () => {
      const refused = {
        ok: false,
        category: 'rejected',
        retryable: false,
        detail: 'no such mailbox',
      } as const;
      const [one, other] = [await observe(known, resend, refused), await observe(stranger, resend, refused)];
      assert.ok(one.sent > 0);
      assert.deepEqual(other.seen, one.seen);
    });
  }

  test('gives no send back when a message is refused, and the log still says why', async () => {
    const warnings: unknown[] = [];
    const { otp } = createTestOtp({
      shouldSend: () => true,
      requestIdentityMax: 1,
      answer: () => ({ ok: false, category: 'rejected', retryable: false, detail: 'no such mailbox' }),
      logger: { info() {}, error() {}, warn: ({ category, detail }) => warnings.push([category, detail]) },
    });
    await otp.request(known);
    await settle();
    assert.equal((await otp.request(known)).status, 'rate_limited');
    assert.deepEqual(warnings, [['rejected', 'no such mailbox']]);
  });

  // Attack: guess. The code exists, since the work done must be the same; it must not open anything.
  test('cannot sign in with any code', async () => {
    const { otp } = createTestOtp({
      shouldSend: () => false,
      digits: 4,
      maxAttempts: 100,
      lengthenAfter: 0,
      requestIdentityMax: 1000,
      verifyIdentityMax: 1_000_000,
    });
    for (let round = 0; round < 30; round++) {
      await otp.request(stranger);
      for (let i = 0; i < 100; i++) {
        const guess = String(round * 100 + i).padStart(4, '0');
        assert.notEqual((await otp.verify(stranger, guess)).status, 'valid');
      }
    }
  });

  test('is let in from the next request on, once allowed, and out again', async () => {
    const allowed = new Set<string>();
    const { otp, inbox } = createTestOtp({ shouldSend: async (identity) => allowed.has(identity) });
    await otp.request(stranger);
    assert.equal(inbox.messages.length, 0);
    allowed.add(stranger);
    await otp.request(stranger);
    assert.equal(inbox.messages.length, 1);
    allowed.delete(stranger);
    await otp.request(stranger);
    assert.equal((await otp.verify(stranger, inbox.lastCode())).status, 'invalid');
    allowed.add(stranger);
    await otp.request(stranger);
    assert.equal((await otp.verify(stranger, inbox.lastCode())).status, 'valid');
  });
});

test('anyone who may not be sent a code any more does not stay signed in by refresh either', async () => {
  let isWelcome = true;
  const { otp, obtain } = createTestOtp({ refreshTokenTtlSeconds: 3600, shouldSend: () => isWelcome });
  const result = await otp.verify(known, await obtain(known));
  assert.ok(result.status === 'valid');
  isWelcome = false;
  assert.equal(await otp.refresh(result.refreshToken), null);
  isWelcome = true;
  assert.equal(await otp.refresh(result.refreshToken), null);
});

// Attack: make the application look up one identity after another, from one address.
test('the application is not asked for an address that is out of requests', async () => {
  let asked = 0;
  const { otp } = createTestOtp({ requestIpMax: 2, shouldSend: () => ++asked > 0 });
  const ip = '192.0.2.1';
  for (let i = 0; i < 5; i++) await otp.request(`person${i}@example.com`, { ip });
  assert.equal(asked, 2);
});

test('the purpose is asked about too, and the identity in its canonical form', async () => {
  const asked: unknown[] = [];
  const { otp } = createTestOtp({
    purposes: ['sign-in', 'payment'],
    shouldSend: (...args) => {
      asked.push(args);
      return true;
    },
  });
  await otp.request('Known@Example.com', { purpose: 'payment' });
  assert.deepEqual(asked, [[known, 'payment']]);
});

test('the gate decides who is sent a code, together with the application', async () => {
  const { otp, inbox } = createTestOtp({
    gateAllow: ['@example.com', '+49'],
    shouldSend: (identity) => identity !== 'left@example.com',
  });
  for (const identity of [known, 'left@example.com', stranger, '+4915112345678', '+33612345678']) {
    assert.equal((await otp.request(identity)).status, 'sent');
  }
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    [known, '+4915112345678'],
  );
});

// Attack: measure how long an answer takes, which tells whether a message was sent within it.
test('delivery that an answer waits for is refused where some are sent nothing', async () => {
  assert.throws(
    () => createTestOtp({ shouldSend: () => true, deliveryMode: 'direct' }),
    /deliveryMode must be background with shouldSend: .*got direct/,
  );
  assert.throws(() => createTestOtp({ gateAllow: ['@example.com'], deliveryMode: 'direct' }), /background/);
  let finish = () => {};
  const { otp } = createTestOtp({
    gateAllow: ['@example.com'],
    answer: () => new Promise((resolve) => (finish = () => resolve({ ok: true }))),
  });
  // Resolves although the provider has not answered.
  assert.equal((await otp.request(known)).status, 'sent');
  finish();
});

// Attack: time the next request, which waits while a message is made and sent.
test('a message goes out at a random moment after the answer', async () => {
  const { otp, inbox, clock } = createTestOtp({ gateAllow: ['@example.com'], deliverySpreadMs: 1000 });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
    return inbox.messages.length;
  };
  const count = 60;
  for (let i = 0; i < count; i++) await otp.request(`person${i}@example.com`);
  assert.equal(await pass(99), 0);
  const early = await pass(451);
  assert.ok(early > 0 && early < count, `${early} of ${count} in the first half`);
  assert.equal(await pass(451), count);
});
