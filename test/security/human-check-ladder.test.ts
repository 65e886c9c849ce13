import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solve } from '../helpers/human-check.js';
import { createTestOtp } from '../helpers/otp.js';

/** Neighbouring numbers: of these, 20 an hour are free. */
const number = (index: number) => `+49151123456${String(index).padStart(2, '0')}`;
const free = 20;

test('at a real limit a caller that can solve a puzzle goes on, and one that cannot waits', async () => {
  // Attack: have messages sent to all numbers of a range.
  const { otp, inbox } = createTestOtp({ dayBudgets: 'enforce', humanCheck: { provider: 'altcha' } });
  for (let i = 0; i < free; i++) assert.equal((await otp.request(number(i))).status, 'sent');
  const refused = await otp.request(number(free));
  assert.deepEqual([refused.status, 'limit' in refused && refused.limit], ['rate_limited', 'phone_prefix']);
  const asked = await otp.request(number(free), { humanCheck: null });
  assert.ok(asked.status === 'human_check_required' && asked.humanCheck.provider === 'altcha');
  assert.ok(asked.retryAfterSeconds > 0 && asked.retryAfterSeconds <= 3600 + 150);
  assert.equal(inbox.messages.length, free);
  const humanCheck = solve(asked.humanCheck.challenge);
  // Another number of the range has a puzzle of its own.
  assert.equal((await otp.request(number(free + 1), { humanCheck })).status, 'human_check_required');
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => otp.request(number(free), { humanCheck })),
  );
  assert.equal(answers.filter(({ status }) => status === 'sent').length, 1);
  assert.equal(inbox.messages.length, free + 1);
});

test('where there is no check, nobody is asked at a real limit', async () => {
  const { otp } = createTestOtp({ dayBudgets: 'enforce' });
  for (let i = 0; i < free; i++) await otp.request(number(i), { humanCheck: null });
  const refused = await otp.request(number(free), { humanCheck: null });
  assert.deepEqual([refused.status, 'limit' in refused && refused.limit], ['rate_limited', 'phone_prefix']);
});
