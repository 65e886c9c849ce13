import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createQueue } from '../../src/delivery/queue.js';
import { noTransportUp } from '../../src/delivery/route.js';
import type { Receipt } from '../../src/ports.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';

const busy: Receipt = {
  ok: false,
  category: 'unavailable',
  fault: 'recipient',
  retryable: true,
  detail: 'greylisted',
};

/** A queue whose router answers by recipient, on a clock that the test moves. */
function createKit(answer: (to: string) => Receipt, maxMessages = 100) {
  const clock = createManualMonotonicClock();
  const tries: { to: string; at: number }[] = [];
  const queue = createQueue({
    maxMessages,
    clock,
    router: {
      serves: () => true,
      isUp: () => true,
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
    send(to: string) {
      const slot = queue.reserve('email');
      assert.ok(slot);
      return slot.send(createMessage({ to }));
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
