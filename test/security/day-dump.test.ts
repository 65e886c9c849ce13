import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { createTestOtp } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

// Attack: read a dump of Redis, to learn who signs in, from where, and which numbers are theirs.
test('a dump holds no identity, number, prefix or network, every key expires, and the limits hold as in memory', async () => {
  const store = await createRedisStore({ url: redis.url, timeoutMs: 10_000 });
  const { otp, inbox } = createTestOtp({ store, dayBudgets: 'enforce', paidDayMax: 100 });
  const ask = async (person: number) => {
    const identity = person % 2 ? `person${person}@example.com` : `+49151${10_000_000 + person * 10_007}`;
    const ip = person % 3 ? `203.0.${person % 200}.77` : `2001:db8:${person.toString(16)}::7`;
    const result = await otp.request(identity, { ip });
    const message = inbox.messages.findLast(({ to }) => to === identity);
    if (result.status === 'sent' && person % 4 < 2) await otp.verify(identity, message?.code ?? '', { ip });
  };
  for (let person = 0; person < 600; person += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(person + index)));
  }
  await store.ping();
  assert.ok(inbox.messages.filter(({ channel }) => channel === 'sms').length <= 75);
  assert.equal(inbox.messages.filter(({ channel }) => channel === 'email').length, 300);
  const keys = await redis.client.keys('*');
  assert.ok(keys.length > 600);
  let dump = keys.join('\n');
  for (const key of keys) {
    assert.notEqual(await redis.client.pttl(key), -1, `${key} has no TTL`);
    dump += `\n${(await redis.client.getBuffer(key))?.toString('latin1')}`;
  }
  assert.doesNotMatch(dump, /person|example|49151|203\.0\.|2001:|db8/);
  await otp.close();
});
