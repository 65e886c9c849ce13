import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWrong } from '../helpers/otp.js';
import { type Answer, startOtpProcesses } from '../helpers/otp-processes.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const rounds = 1000;
const owner = 'owner@example.com';
const aliases = [owner, 'owner+shop@example.com', 'owner+bank@example.com'];

let redis: RedisServer;
let processes: Awaited<ReturnType<typeof startOtpProcesses>>;
before(async () => {
  redis = await startRedis();
  processes = await startOtpProcesses(4, redis.url);
});
after(async () => {
  await processes?.stop();
  await redis?.stop();
});

let strangers = 0;
/** Nobody has seen this address before. */
function nextIp(): string {
  strangers += 1;
  return `${100 + (strangers >> 20)}.${(strangers >> 12) & 255}.${(strangers >> 4) & 255}.${(strangers & 15) + 1}`;
}

/** What strangers do at the same moment, in all processes: requests and guesses, bound and unbound, by every alias. */
async function attack(round: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const identity = aliases[(round + index) % aliases.length] as string;
      const sent = await processes.request(identity, { bind: index % 2 === 0, ip: nextIp() });
      const { challenge } = sent.result;
      const guesses = Array.from({ length: 2 }, () =>
        processes.verify(identity, String(100_000 + (strangers % 900_000)), { challenge, ip: nextIp() }),
      );
      await Promise.all(guesses);
    }),
  );
}

// Attack: in four processes at once, use up the messages, attempts and guesses of an owner, between any two of their steps.
test('a known browser signs in 1 000 of 1 000 times during a full attack by strangers, by six digits and without a wait', async () => {
  const first = await processes.request(owner, { bind: true });
  const { challenge } = first.result;
  const signedIn = await processes.verify(owner, first.code ?? '', { challenge, remember: true });
  let device: unknown = signedIn.result['device'];
  assert.ok(device);

  for (let round = 0; round < rounds; round++) {
    const before = attack(round);
    const sent = await processes.request(owner, { device, ip: '198.51.100.7' });
    assert.equal(sent.result['status'], 'sent', `${round}: ${JSON.stringify(sent.result)}`);
    assert.equal(sent.result['codeLength'], 6, `${round}`);
    const between = attack(round + 1);
    await before;
    const options = { challenge: sent.result['challenge'], device, ip: '198.51.100.7' };
    // A typing error now and then, which the right code makes good.
    if (round % 5 === 4) await processes.verify(owner, makeWrong(sent.code ?? ''), options);
    const { result }: Answer = await processes.verify(owner, sent.code ?? '', options);
    await between;
    assert.equal(result['status'], 'valid', `${round}: ${JSON.stringify(result)}`);
    device = result['device'];
    processes.advance(150_000);
  }

  // The attack was one: a browser that is not known gets a long code, or none.
  await attack(0);
  const unknown = await processes.request(owner, { bind: true, ip: nextIp() });
  assert.notEqual(unknown.result['codeLength'], 6);
});
