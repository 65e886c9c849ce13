import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createQueue } from '../../src/delivery/queue.js';
import type { Receipt } from '../../src/ports.js';
import { createManualClock } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';

const busy: Receipt = {
  ok: false,
  category: 'unavailable',
  fault: 'recipient',
  retryable: true,
  detail: 'greylisted',
};

/** A queue whose router answers by recipient, on a clock that the test moves. */
function createKit({ mock }: TestContext, answer: (to: string) => Receipt) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const clock = createManualClock();
  const tries: { to: string; at: number }[] = [];
  const startedAt = clock();
  const queue = createQueue({
    maxMessages: 100,
    clock,
    router: {
      serves: () => true,
      async send({ to }) {
        tries.push({ to, at: clock() - startedAt });
        return answer(to);
      },
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    tries,
    settle,
    send(to: string) {
      assert.ok(queue.reserve());
      return queue.send(createMessage({ to }));
    },
    async advance(ms: number) {
      await settle();
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(250);
        mock.timers.tick(250);
        await settle();
      }
    },
  };
}

// Attack: own a mailbox that is never ready, and have the service knock until its provider bars it.
test('a recipient that is refused for now is tried with growing gaps, and given back before its code expires', async (t) => {
  const { send, advance, tries } = createKit(t, () => busy);
  const sent = send('alice@example.com');
  await advance(300_000);
  assert.deepEqual(
    tries.map(({ at }) => at),
    [0, 250, 750, 1750, 3750, 7750, 15_750, 31_750, 63_750, 123_750, 183_750, 243_750],
  );
  assert.deepEqual(await sent, busy);
});

test('an outage is looked at every two seconds', async (t) => {
  const { send, advance, tries } = createKit(t, () => ({ ...busy, fault: 'connection' }));
  void send('alice@example.com');
  await advance(12_000);
  assert.deepEqual(
    tries.map(({ at }) => at),
    [0, 250, 750, 1750, 3750, 5750, 7750, 9750, 11_750],
  );
});

// Attack: fill every lane with messages that wait for another try.
test('messages that wait for another try delay nobody', async (t) => {
  const { send, settle } = createKit(t, (to) => (to.endsWith('busy.example') ? busy : { ok: true }));
  for (let i = 0; i < 60; i++) void send(`${i}@busy.example`);
  await settle();
  assert.deepEqual(await send('alice@example.com'), { ok: true });
});
