import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDelivery } from '../../src/delivery/delivery.js';
import type { Message, Receipt, Transport } from '../../src/ports.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';
import { noOutcomes } from '../helpers/outcomes.js';

const greylisted: Receipt = {
  ok: false,
  category: 'unavailable',
  fault: 'recipient',
  retryable: true,
  detail: 'greylisted',
};
const accepted: Receipt = { ok: true };
const outcome = ({ ok }: Receipt) => ok;

type Answer = (message: Message) => Receipt | Promise<Receipt>;

/** Delivery in the background by a transport that answers as it is told, on a clock that the test moves. */
function createKit(answer: Answer, queueMax = 100, others: Transport[] = []) {
  const clock = createManualMonotonicClock();
  const tries: { to: string; at: number }[] = [];
  const transport: Transport = {
    name: 'test',
    channels: ['email', 'sms'],
    async send(message) {
      tries.push({ to: message.to, at: clock.now() });
      return answer(message);
    },
  };
  const transports = [transport, ...others];
  const delivery = createDelivery({
    transports,
    timeoutMs: 5000,
    mode: 'background',
    queueMax,
    clock,
    outcomes: noOutcomes,
  });
  const receipts = new Map<string, Receipt>();

  /** False when the queue is full. */
  function send(to: string, changes: Partial<Message> = {}): boolean {
    const message = createMessage({ to, ...changes });
    const slot = delivery.reserve(message.channel);
    void slot?.send(message).then((receipt) => receipts.set(to, receipt));
    return slot !== null;
  }
  async function advance(ms: number, stepMs = 250) {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await settle();
      clock.advance(Math.min(stepMs, ms - passed));
    }
    await settle();
  }
  const countFree = () => {
    const slots = Array.from({ length: queueMax + 1 }, () => delivery.reserve('email'));
    for (const slot of slots) slot?.release?.();
    return slots.filter((slot) => slot !== null).length;
  };
  const readTimes = (to: string) => tries.filter((one) => one.to === to).map(({ at }) => at);
  return { delivery, clock, tries, receipts, send, advance, countFree, readTimes };
}

// Attack: own a mailbox that is never ready, and have the service knock until its provider bars it.
test('a recipient that is refused for now is tried a few times, with growing gaps, before its code expires', async () => {
  const { send, advance, readTimes, receipts } = createKit(() => greylisted);
  send('alice@example.com');
  await advance(121_000);
  assert.deepEqual(readTimes('alice@example.com'), [0, 1000, 4000, 13_000, 40_000, 121_000]);
  assert.equal(receipts.get('alice@example.com')?.ok, false, 'the next try would come too late');
});

test('a message that is accepted later has been sent', async () => {
  const { send, advance, receipts, clock } = createKit(() => (clock.now() < 4000 ? greylisted : accepted));
  send('alice@example.com');
  await advance(5000);
  assert.deepEqual(receipts.get('alice@example.com')?.ok, true);
});

// Attack: have 1 000 codes sent to a domain that refuses them for now.
for (const queueMax of [1, 2, 10, 100, 1000]) {
  test(`what one domain refuses for now keeps nobody waiting in a queue of ${queueMax}`, async () => {
    const { send, advance, receipts, countFree, tries } = createKit(
      ({ to }) => (to.endsWith('busy.example') ? greylisted : accepted),
      queueMax,
    );
    for (let i = 0; i < 1000; i++) {
      assert.ok(send(`${i}@busy.example`));
      await settle();
    }
    assert.equal(countFree(), queueMax);
    const waiting = 1000 - receipts.size;
    assert.equal(waiting, Math.max(1, Math.floor(queueMax / 100)));
    for (let i = 0; i < 200; i++) {
      assert.ok(send(`person${i}@example.com`));
      await settle();
      assert.deepEqual(receipts.get(`person${i}@example.com`)?.ok, true);
    }
    await advance(30_000);
    assert.ok(tries.length <= 1200 + waiting * 9, 'at most ten tries in 30 s');
  });
}

test('numbers that differ in their last four digits share their places', async () => {
  const { send, receipts } = createKit(() => greylisted, 1000);
  for (let i = 0; i < 100; i++) send(`+4915112345${String(i).padStart(3, '0')}`, { channel: 'sms' });
  for (let i = 0; i < 5; i++) send(`+491519876000${i}`, { channel: 'sms' });
  await settle();
  assert.equal(receipts.size, 100 - 10);
});

// Attack: fill the lane from many domains, each of which has its fair share.
test('10 000 domains with a greylisted address each take a tenth of the queue and keep nobody waiting', async () => {
  const { send, receipts, countFree, advance, tries } = createKit(
    ({ to }) => (to.startsWith('grey@') ? greylisted : accepted),
    1000,
  );
  for (let i = 0; i < 10_000; i++) {
    assert.ok(send(`grey@domain${i}.example`));
    if (i % 100 === 99) await settle();
  }
  await settle();
  assert.equal(10_000 - receipts.size, 100);
  assert.equal(countFree(), 1000);
  assert.ok(send('alice@example.com'));
  await settle();
  assert.deepEqual(receipts.get('alice@example.com')?.ok, true);
  await advance(300_000);
  assert.equal(receipts.size, 10_001);
  assert.equal(tries.length, 10_001 + 100 * 5);
});

test('the time that a provider asks to wait is waited', async () => {
  const { send, advance, readTimes } = createKit(() => ({ ...greylisted, retryAfterSeconds: 20 }));
  send('alice@example.com');
  await advance(120_000);
  assert.deepEqual(readTimes('alice@example.com'), [0, 20_000, 40_000, 60_000, 87_000]);
});

// Attack: answer a time to wait that nobody can wait, or that is not a time.
test('whatever a provider asks for, no try comes before its gap or after the code has expired', async () => {
  const answer = fc.oneof(
    fc.constantFrom(86_400, -1, Number.NaN, Number.POSITIVE_INFINITY, 299, 300, 1e300, '60', null, {}),
    fc.double(),
    fc.nat(600),
  );
  await fc.assert(
    fc.asyncProperty(answer, async (retryAfterSeconds) => {
      const refusal = { ...greylisted, retryAfterSeconds } as Receipt;
      const { send, advance, readTimes, receipts, countFree } = createKit(() => refusal, 1);
      send('alice@example.com');
      await advance(300_000, 1000);
      const times = readTimes('alice@example.com');
      const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
      assert.ok(gaps.every((gap, i) => gap >= 1000 * 3 ** i && at(retryAfterSeconds, gap)));
      assert.ok(times.every((time) => time < 300_000));
      assert.equal(receipts.get('alice@example.com')?.ok, false);
      assert.equal(countFree(), 1);
    }),
    { seed: 48, numRuns: 60 },
  );

  function at(seconds: unknown, gapMs: number): boolean {
    return typeof seconds !== 'number' || !(seconds > 0) || gapMs >= seconds * 1000 - 1;
  }
});

test('what cannot be tried again in time is given up at once, with its receipt', async () => {
  const refusal = { ...greylisted, retryAfterSeconds: 86_400 };
  const { delivery, send, receipts } = createKit(() => refusal);
  send('alice@example.com');
  await settle();
  assert.ok(delivery.givesBack(refusal));
  assert.deepEqual(receipts.get('alice@example.com'), {
    ...refusal,
    transport: 'test',
    cause: 'the provider cannot reach this recipient at the moment (greylisted)',
  });
});

// A bad day: the provider takes every message and says nothing.
test('a transport that never answers costs no slot for longer than codes live', async () => {
  const { send, advance, receipts, countFree } = createKit(() => new Promise(() => {}), 50);
  for (let i = 0; i < 50; i++) assert.ok(send(`${i}@domain${i}.example`));
  assert.equal(countFree(), 0);
  await advance(300_000, 1000);
  assert.equal(countFree(), 50);
  assert.equal([...receipts.values()].filter(({ ok }) => !ok).length, 50);
});

// A bad day: the first try is refused, and from then on the recipient's provider says nothing.
test('tries that are not answered do not keep fresh messages waiting', async () => {
  const slow = new Set<string>();
  const { send, advance, receipts } = createKit(({ to }) => {
    if (!to.startsWith('grey@')) return accepted;
    if (slow.has(to)) return new Promise(() => {});
    slow.add(to);
    return greylisted;
  }, 1000);
  for (let i = 0; i < 100; i++) send(`grey@domain${i}.example`);
  await advance(1250);
  for (let i = 0; i < 500; i++) send(`person${i}@example.com`);
  await settle();
  assert.equal([...receipts.values()].filter(outcome).length, 500);
});

// A bad day: one provider is down. It must not take the queue from the others.
test('messages wait for a provider that is down, without a try, and are sent once it is up', async () => {
  let isDown = true;
  const sms: Transport = {
    name: 'sms',
    channels: ['voice'],
    async send() {
      if (!isDown) return accepted;
      return { ok: false, category: 'unavailable', retryable: true, detail: 'no connection' };
    },
  };
  const { send, advance, receipts } = createKit(() => accepted, 100, [sms]);
  const voice = (i: number) => send(`+4915${100 + i}123456`, { channel: 'voice' });
  // Enough recipients to tell that it is down; these are in the retry lane, which then is full.
  for (let i = 0; i < 20; i++) voice(i);
  await settle();
  let taken = 0;
  while (taken < 200 && voice(100 + taken)) {
    taken += 1;
    await settle();
  }
  assert.equal(taken, 50);
  for (let i = 0; i < 200; i++) {
    assert.ok(send(`person${i}@example.com`));
    await settle();
  }
  assert.equal([...receipts.values()].filter(outcome).length, 200);
  isDown = false;
  await advance(10_000);
  assert.ok([...receipts.values()].filter(outcome).length >= 250);
});

test('closing gives up at once what could not be tried in time, and tries the rest', async () => {
  const { delivery, send, advance, receipts, clock } = createKit(({ to }) => {
    if (clock.now() > 0) return accepted;
    return { ...greylisted, retryAfterSeconds: to.startsWith('late@') ? 60 : 2 };
  });
  send('late@one.example');
  send('soon@two.example');
  await settle();
  const closing = delivery.close(5000);
  await settle();
  assert.equal(receipts.get('late@one.example')?.ok, false);
  await advance(2000);
  assert.equal(receipts.get('soon@two.example')?.ok, true);
  await closing;
});

test('every message gets its receipt and every slot is free again, whatever providers answer', async () => {
  const receipt = fc.oneof(
    fc.constant(accepted),
    fc.record({
      ok: fc.constant(false as const),
      category: fc.constantFrom('unavailable', 'rate_limited', 'rejected', 'unknown', 'timeout'),
      fault: fc.constantFrom('recipient', 'account', 'connection'),
      retryable: fc.boolean(),
      retryAfterSeconds: fc.option(fc.nat(400), { nil: undefined }),
      detail: fc.constant('test'),
    }),
  ) as fc.Arbitrary<Receipt>;
  const message = fc.record({
    domain: fc.nat(3),
    answers: fc.array(receipt, { minLength: 1, maxLength: 4 }),
    isLate: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 10),
      fc.array(message, { maxLength: 20 }),
      async (queueMax, messages) => {
        const asked = new Map<string, number>();
        const kit = createKit(({ to }) => {
          const turn = asked.get(to) ?? 0;
          asked.set(to, turn + 1);
          const { answers } = messages[Number(to.split('@')[0])] as (typeof messages)[number];
          return answers[Math.min(turn, answers.length - 1)] as Receipt;
        }, queueMax);
        let sent = 0;
        for (const [i, { domain, isLate }] of messages.entries()) {
          if (isLate) await kit.advance(2000, 1000);
          if (kit.send(`${i}@domain${domain}.example`)) sent += 1;
        }
        await kit.advance(320_000, 2000);
        assert.equal(kit.receipts.size, sent);
        assert.equal(kit.countFree(), queueMax);
        assert.ok([...asked.values()].every((tries) => tries <= 7));
      },
    ),
    { seed: 48, numRuns: 60 },
  );
});
