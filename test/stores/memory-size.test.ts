import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createTestOtp } from '../helpers/otp.js';

test('a pending identity takes at most 800 bytes', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const readHeap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const { otp, inbox, clock } = createTestOtp();
  const request = async (count: number, name: string) => {
    for (let i = 0; i < count; i++) await otp.request(`${name}${i}@example.com`);
    inbox.messages.length = 0;
  };
  await request(2000, 'early');
  const before = readHeap();
  const count = 20_000;
  await request(count, 'person');
  const bytes = (readHeap() - before) / count;
  assert.ok(bytes <= 800, `${bytes} bytes`);
  // All of it is still there.
  clock.advance(1000);
  assert.equal((await otp.verify('person0@example.com', '000000')).status, 'invalid');
});
