import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime } from '../helpers/clock.js';
import { type HeldRedis, startHeldRedis } from '../helpers/held-redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
let redis: HeldRedis;
let kits = 0;
before(async () => {
  redis = await startHeldRedis();
});
after(() => redis.stop());

async function createKit() {
  const store = await createRedisStore({ url: redis.url, timeoutMs: 100, keyPrefix: `${++kits}:` });
  stopAtEnd(() => store.close());
  const time = createManualTime();
  const kit = createTestOtp({ store, requestIdentityMax: 1000, time });
  // Redis now knows the script: otherwise it answers that it does not, and has not run it.
  assert.equal((await kit.otp.verify('bob@example.com', '000000')).status, 'expired');
  /** Waits until Redis answers, then lets the next tries to take attempts back run. */
  const recover = async () => {
    await until('Redis answers', () =>
      kit.otp.ping().then(
        () => true,
        () => false,
      ),
    );
    time.monotonicClock.advance(30_000);
    await kit.otp.ping();
  };
  /** A verify whose attempt runs, and whose answer does not come in time. */
  const verifySlowly = async (code: string, challenge?: string, meanwhile = () => {}) => {
    redis.hold();
    const verified = assert.rejects(kit.otp.verify(alice, code, { challenge }), {
      code: 'store_unavailable',
    });
    meanwhile();
    await verified;
    redis.release();
  };
  return { ...kit, recover, verifySlowly };
}

// Attack, or a bad day: Redis carries commands out and answers too late, while an owner types the right code.
test('right guesses that a slow Redis answers too late cost no attempt and make no code long', async () => {
  const { otp, obtain, recover, verifySlowly } = await createKit();
  const code = await obtain(alice);
  for (let i = 0; i < 12; i++) {
    await verifySlowly(code);
    await recover();
  }
  assert.equal((await otp.verify(alice, code)).status, 'valid');
  assert.equal((await obtain(alice)).length, 6);
});

// Attack: the same to guess for nothing: each wrong guess that was compared stays counted.
test('among answers that come too late, ten wrong guesses still make codes long', async () => {
  const { otp, inbox, obtain, wrong, recover, verifySlowly } = await createKit();
  for (let i = 0; i < 2; i++) {
    const sent = await otp.request(alice, { bind: true });
    assert.ok(sent.status === 'sent' && sent.codeLength === 6);
    const { challenge } = sent;
    const code = inbox.lastCode();
    for (let guess = 0; guess < 5; guess++) {
      await verifySlowly(wrong(code), challenge);
      await recover();
      assert.equal((await otp.verify(alice, wrong(code), { challenge })).status, 'invalid');
    }
  }
  assert.equal((await obtain(alice)).length, 10);
});

test('a connection that breaks before the answer costs the owner nothing either', async () => {
  const { otp, obtain, recover, verifySlowly } = await createKit();
  const code = await obtain(alice);
  for (let i = 0; i < 6; i++) {
    await verifySlowly(code, undefined, () => setImmediate(() => setImmediate(redis.cut)));
    await recover();
  }
  assert.equal((await otp.verify(alice, code)).status, 'valid');
  assert.equal((await obtain(alice)).length, 6);
});
