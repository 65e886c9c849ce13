import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';

// Attack: post the same right code many times at once; read-compare-delete lets up to all of them in.
for (const maxAttempts of [5, 100]) {
  test(`200 parallel verifies of one right code give 1 success at ${maxAttempts} attempts`, async () => {
    for (const lengthenAfter of [0, 10]) {
      const { otp, obtain } = createTestOtp({ maxAttempts, lengthenAfter, verifyIdentityMax: 1000 });
      for (let round = 0; round < 5; round++) {
        const code = await obtain(alice);
        const results = await Promise.all(Array.from({ length: 200 }, () => otp.verify(alice, code)));
        assert.equal(results.filter(({ status }) => status === 'valid').length, 1);
        assert.equal((await otp.verify(alice, code)).status, 'expired');
      }
    }
  });
}

test('racing one right code leaves no guess behind, so the next code is not longer', async () => {
  const { otp, obtain } = createTestOtp({ maxAttempts: 100, verifyIdentityMax: 1000 });
  const code = await obtain(alice);
  await Promise.all(Array.from({ length: 50 }, () => otp.verify(alice, code)));
  const next = await otp.request(alice);
  assert.equal(next.status === 'sent' && next.codeLength, 6);
});

// Attack: post many guesses at once, so that they are compared before any is counted.
test('500 parallel wrong guesses at 5 attempts: exactly 5 are compared', async () => {
  const { otp, obtain, wrong } = createTestOtp({ verifyIdentityMax: 1000 });
  const code = await obtain(alice);
  const results = await Promise.all(Array.from({ length: 500 }, () => otp.verify(alice, wrong(code))));
  assert.equal(results.filter(({ status }) => status === 'invalid').length, 5);
  assert.equal(results.filter(({ status }) => status === 'blocked').length, 495);
});

// Attack: start many requests at once, so that the limit sees none of the others.
test('50 parallel requests at a limit of 5 send exactly 5 messages', async () => {
  const { otp, inbox } = createTestOtp();
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) => otp.request(alice, { bind: i % 2 === 0 })),
  );
  assert.equal(results.filter(({ status }) => status === 'sent').length, 5);
  assert.equal(inbox.messages.length, 5);
});
