import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Refusal } from '../../src/core/refusal.js';
import { createQueue } from '../../src/delivery/queue.js';
import { noTransportUp } from '../../src/delivery/route.js';
import { createRandomPool } from '../../src/fast/random-pool.js';
import type { Receipt, SlotOptions } from '../../src/ports.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';

const busy: Receipt = {
  ok: false,
  category: 'unavailable',
  fault: 'recipient',
  retryable: true,
  detail: 'greylisted',
};

const discretion = { spreadMs: 0, random: createRandomPool() };

/** A queue whose router answers by recipient, on a clock that the test moves. */
function createKit(answer: (to: string) => Receipt, maxMessages = 100, isUp = () => true) {
  const clock = createManualMonotonicClock();
  const tries: { to: string; at: number }[] = [];
  const queue = createQueue({
    maxMessages,
    clock,
    discretion,
    router: {
      serves: () => true,
      isUp,
      async send({ to }) {
        tries.push({ to, at: clock.now() });
        return answer(to);
      },
    },
  });
  return {
    queue,
    clock,
    tries,
    send(to: string, options?: SlotOptions) {
      const slot = queue.reserve('email');
      assert.ok(slot);
      return slot.send(createMessage({ to }), options);
    },
    async advance(ms: number) {
      await settle();
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(250);
        await settle();
      }
    },
  };
}

test('while no transport is up, messages wait untried, and that is looked at every two seconds', async () => {
  const { send, advance, tries } = createKit(() => noTransportUp);
  void send('alice@example.com');
  await advance(12_000);
  assert.deepEqual(
    tries.map(({ at }) => at),
    [0, 250, 750, 1750, 3750, 5750, 7750, 9750, 11_750],
  );
});

// Attack: take down the provider of one channel, and have its messages take every place.
test('messages of a channel that is down take at most half of the queue, where there are other channels', async () => {
  const { queue } = createKit(({ length }) => (length > 0 ? noTransportUp : { ok: true }), 10);
  for (let i = 0; i < 5; i++) void queue.reserve('email')?.send(createMessage({ to: `${i}@example.com` }));
  await settle();
  assert.equal(queue.reserve('email'), null);
  for (let i = 0; i < 5; i++) assert.ok(queue.reserve('sms'));
  assert.equal(queue.reserve('sms'), null);
});

// Attack: fill every lane with messages that wait for another try.
test('messages that wait for another try delay nobody', async () => {
  const { send } = createKit((to) => (to.endsWith('busy.example') ? busy : { ok: true }));
  for (let i = 0; i < 60; i++) void send(`${i}@busy.example`);
  await settle();
  assert.deepEqual(await send('alice@example.com'), { ok: true });
});

test('a message whose code has expired while it waited is dropped', async () => {
  let answer: Receipt = noTransportUp;
  const { queue, advance, tries } = createKit(() => answer);
  const [short, long] = [60, 300].map((expiresInSeconds) =>
    queue.reserve('email')?.send(createMessage({ to: `${expiresInSeconds}@example.com`, expiresInSeconds })),
  );
  await advance(61_000);
  answer = { ok: true };
  await advance(2000);
  assert.equal((await short)?.ok, false);
  assert.deepEqual(await long, { ok: true });
  assert.ok(tries.filter(({ to }) => to === '60@example.com').every(({ at }) => at < 60_000));
});

// Attack: find a way through a request that loses a slot, and take it until no message is sent any more.
test('a slot is free again once it is released or its message is settled, whatever else is done with it', async () => {
  const action = fc.record({
    kind: fc.constantFrom('reserve' as const, 'send' as const, 'release' as const, 'wait' as const),
    which: fc.nat({ max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 50 }), async (actions) => {
      const maxMessages = 3;
      const { queue, advance } = createKit(() => ({ ok: true }), maxMessages);
      const slots = [];
      for (const { kind, which } of actions) {
        if (kind === 'reserve') slots.push(queue.reserve('email'));
        if (kind === 'wait') await settle();
        const slot = slots[which];
        if (kind === 'release') slot?.release();
        if (kind === 'send' && slot) {
          try {
            void slot.send(createMessage());
          } catch (error) {
            assert.match(String(error), /takes one message/);
          }
        }
      }
      for (const slot of slots) slot?.release();
      await advance(250);
      const free = Array.from({ length: maxMessages + 1 }, () => queue.reserve('email') !== null);
      assert.deepEqual(free, [true, true, true, false]);
    }),
    { seed: 13 },
  );
});

// Attack: watch the places that are free, to tell who is sent nothing.
test('a muted message is held like any other while no transport is up, and for 300 ms where none was sent', async () => {
  let isUp = false;
  const { queue, send, advance, tries } = createKit(
    () => ({ ok: true }),
    1,
    () => isUp,
  );
  void send('alice@example.com', { isMuted: true });
  await advance(3750);
  assert.equal(queue.reserve('email'), null);
  isUp = true;
  await advance(2000);
  assert.equal(queue.reserve('email'), null);
  await advance(500);
  assert.notEqual(queue.reserve('email'), null);
  assert.deepEqual(tries, []);
});

test('closing does not wait for muted messages', async () => {
  const { queue, send } = createKit(() => ({ ok: true }));
  void send('alice@example.com', { isMuted: true });
  assert.equal(await queue.drain(1000), 0);
});

test('a refused message is told of at once, and again in growing intervals, while another try follows', async () => {
  const told: Refusal[] = [];
  const { send, advance } = createKit((to) => (to.startsWith('no') ? { ...busy, retryable: false } : busy));
  for (const to of ['alice@example.com', 'no@example.com'])
    void send(to, { onRetry: (one) => told.push(one) });
  await advance(300_000);
  assert.deepEqual(told, [busy, busy, busy, busy, busy]);
});

test('closing waits until every slot is free, or for its grace, and then reserves none', async () => {
  for (const [graceMs, lost] of [
    [1000, 0],
    [999, 1],
  ] as const) {
    const { queue, clock, advance } = createKit(() => busy);
    const slot = queue.reserve('email');
    clock.advance(0);
    const draining = Promise.all([queue.drain(graceMs), queue.drain(graceMs)]);
    await settle();
    clock.advance(999);
    await settle();
    slot?.release();
    await advance(250);
    assert.deepEqual(await draining, [lost, lost]);
    assert.equal(queue.reserve('email'), null);
  }
});
