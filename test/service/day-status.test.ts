import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';

const find = async (otp: ReturnType<typeof createTestOtp>['otp'], identity: string) => {
  const status = await otp.operator.status(identity);
  assert.ok(status.status === 'found');
  return status.budgets.find(({ limit }) => limit === 'request_day');
};

test('operators see what is used of a day, and clear it', async () => {
  const { otp, clock, inbox } = createTestOtp({ dayBudgets: 'enforce' });
  assert.equal(await find(otp, 'alice@example.com'), undefined);
  for (let i = 0; i < 3; i++) await otp.request('alice@example.com');
  clock.advance(3_600_000);
  const used = { limit: 'request_day', used: 3, max: 20, refillsInSeconds: 23 * 3600 };
  assert.deepEqual(await find(otp, 'Alice+x@example.com'), used);
  await otp.request('+4915112345678');
  assert.equal((await find(otp, '+4915112345678'))?.max, 10);
  await otp.request('bob@example.com');
  await otp.verify('bob@example.com', inbox.lastCode());
  assert.equal(await find(otp, 'bob@example.com'), undefined);
  await otp.operator.unblock('alice@example.com');
  assert.equal(await find(otp, 'alice@example.com'), undefined);
});

test('RATE_DAY=log reports what it would refuse, and off counts nothing', async () => {
  const events: string[] = [];
  const note = (fields: Record<string, unknown>) => void events.push(`${fields['event']} ${fields['limit']}`);
  const logger = { info() {}, warn: note, error() {} };
  const { otp, clock, inbox } = createTestOtp({ dayBudgets: 'log', logger });
  for (let i = 0; i < 12; i++) {
    await otp.request('alice@example.com', { ip: '203.0.113.7' });
    clock.advance(11 * 60_000);
  }
  assert.equal(inbox.messages.length, 12);
  assert.deepEqual(
    events.filter((line) => line.startsWith('budget.')),
    Array(4).fill('budget.exceeded request_network'),
  );
  const off = createTestOtp({ dayBudgets: 'off' });
  await off.otp.request('alice@example.com', { ip: '203.0.113.7' });
  assert.equal(await find(off.otp, 'alice@example.com'), undefined);
});
