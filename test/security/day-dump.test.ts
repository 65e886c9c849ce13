import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

const flows = 10_000;
const atOnce = 40;
const mailOf = (person: number) => `person${person}@example.com`;
const numberOf = (person: number) => `+49151${10_000_000 + person * 7919}`;
const identityOf = (person: number) => (person % 2 ? mailOf(person) : numberOf(person));
const ipOf = (person: number) =>
  person % 3 ? `203.${person % 100}.${person % 200}.77` : `2001:db8:${person.toString(16)}::7`;

// Attack: read a dump of Redis, to learn who signs in, from where, and which numbers are theirs.
test('a dump holds no identity, number, prefix or network, every key expires, and the limits hold as in memory', async () => {
  const store = await createRedisStore({ url: redis.url, timeoutMs: 10_000 });
  const { otp, inbox } = createTestOtp({
    store,
    dayBudgets: 'enforce',
    paidDayMax: 1000,
    shortOpenMax: 2000,
  });
  const sent: Record<string, number> = {};
  const ask = async (person: number) => {
    const [identity, ip] = [identityOf(person), ipOf(person)];
    const result = await otp.request(identity, { ip, bind: person % 5 === 0 });
    if (result.status !== 'sent') return;
    sent[result.channel] = (sent[result.channel] ?? 0) + 1;
    const { challenge } = result;
    const code = inbox.messages.findLast(({ to }) => to === identity)?.code ?? '';
    if (person % 7 === 0) await otp.verify(identity, makeWrong(code), { challenge, ip });
    if (person % 4 > 1) return;
    const options = { challenge, ip, remember: true };
    const verified = await otp.verify(identity, code, options);
    if (verified.status !== 'valid') return;
    if (person % 16 === 0) await otp.request(identity, { ip, device: verified.device });
    if (person % 16 === 1) await otp.operator.signOut(identity);
  };
  for (let person = 0; person < flows; person += atOnce) {
    inbox.messages.length = 0;
    await Promise.all(Array.from({ length: atOnce }, (_, index) => ask(person + index)));
  }
  await store.ping();
  assert.ok(Number(sent['sms']) > 50 && Number(sent['sms']) <= 750, JSON.stringify(sent));
  assert.equal(sent['email'], flows / 2);
  const keys = await redis.client.keys('*');
  assert.ok(keys.length > flows, `${keys.length} keys`);
  let dump = keys.join('\n');
  for (let from = 0; from < keys.length; from += 1000) {
    const some = keys.slice(from, from + 1000);
    const reading = redis.client.pipeline();
    for (const key of some) reading.pttl(key).getBuffer(key);
    const answers = (await reading.exec()) ?? [];
    for (const [index, key] of some.entries()) {
      assert.notEqual(answers[2 * index]?.[1], -1, `${key} has no TTL`);
      dump += `\n${Buffer.from(answers[2 * index + 1]?.[1] as Buffer).toString('latin1')}`;
    }
  }
  const clear = /person\d|example|49151\d{4}|203\.\d+\.|2001:d/.exec(dump);
  assert.equal(clear, null, clear?.[0]);
  // Nor what anyone can compute without the key, and so try for all numbers that there are.
  for (let person = 0; person < 20; person++) {
    const identity = identityOf(person);
    const guesses = [
      identity,
      identity.slice(1),
      identity.slice(0, -4),
      ipOf(person),
      ipOf(person).slice(0, -3),
    ];
    for (const guess of guesses) {
      for (const algorithm of ['sha256', 'sha1', 'md5']) {
        const digest = createHash(algorithm).update(guess).digest();
        for (const encoding of ['latin1', 'hex', 'base64url'] as const) {
          const found = dump.includes(digest.toString(encoding).slice(0, 10));
          assert.ok(!found, `${algorithm} of ${guess} as ${encoding}`);
        }
      }
    }
  }
  await otp.close();
});
