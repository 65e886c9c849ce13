import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createTestOtp } from '../helpers/otp.js';

type Options = Parameters<typeof createTestOtp>[0];

/** @param describeCaller what each request says of its caller */
async function measureIdentity(options: Options, describeCaller: (i: number) => { ip?: string }) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const readHeap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const { otp, inbox, clock } = createTestOtp(options);
  let requested = 0;
  const request = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const caller = describeCaller(requested);
      await otp.request(`person${requested++}@example.com`, caller);
    }
    inbox.messages.length = 0;
  };
  await request(2000);
  const before = readHeap();
  const count = 20_000;
  await request(count);
  const bytes = (readHeap() - before) / count;
  // All of it is still there.
  clock.advance(1000);
  assert.equal((await otp.verify('person0@example.com', '000000')).status, 'invalid');
  return bytes;
}

test('a pending identity takes at most 800 bytes', async () => {
  const bytes = await measureIdentity({}, () => ({}));
  assert.ok(bytes <= 800, `${bytes} bytes`);
});

test('a pending identity takes at most 900 bytes with all that is counted for it', async () => {
  const bytes = await measureIdentity({ dayBudgets: 'enforce' }, (i) => {
    const address = Math.floor(i / 50);
    return { ip: `11.0.${address >> 8}.${address & 255}` };
  });
  assert.ok(bytes <= 900, `${bytes} bytes`);
});
