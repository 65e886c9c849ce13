import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OutgoingEvent } from '../../src/events/post-event.js';
import { createEventQueue, maxBytes, maxEvents } from '../../src/events/queue.js';
import type { TryResult } from '../../src/events/try-result.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';

const ok: TryResult = { status: 'delivered' };
const refused: TryResult = { status: 'refused', cause: 'HTTP 404' };
const failing = (waitMs = 0): TryResult => ({ status: 'failing', cause: 'HTTP 503', waitMs });

/** A queue on a clock that the test moves, before a receiver that the test speaks for. */
function createKit(answer: (event: OutgoingEvent) => TryResult | Promise<TryResult> = () => ok) {
  const clock = createManualMonotonicClock();
  const tries: { id: string; at: number }[] = [];
  const told = { delivered: 0, failed: [] as string[], failing: 0, gone: [] as number[] };
  let running = 0;
  let mostRunning = 0;
  const queue = createEventQueue({
    clock,
    async post(event) {
      tries.push({ id: event.id, at: clock.now() });
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      const answered = await answer(event);
      running -= 1;
      return answered;
    },
    onDelivered() {
      told.delivered += 1;
    },
    onFailed: (cause) => void told.failed.push(cause),
    onFailing() {
      told.failing += 1;
    },
    onGone: (dropped) => void told.gone.push(dropped),
  });
  /** Lets time pass in steps, and what becomes due run. */
  async function pass(seconds: number): Promise<void> {
    await settle();
    for (let i = 0; i < seconds * 2; i++) {
      clock.advance(500);
      await settle();
    }
  }
  const push = (...ids: string[]) => {
    for (const id of ids) queue.push({ id, body: '{}' });
  };
  const triedAt = (id: string) => tries.filter((one) => one.id === id).map(({ at }) => at / 1000);
  return { clock, queue, tries, told, pass, push, triedAt, mostRunning: () => mostRunning };
}

test('an event is tried after growing gaps for some minutes, and then given up', async () => {
  const { push, pass, told, triedAt } = createKit(() => failing());
  push('a');
  await pass(900);
  assert.deepEqual(triedAt('a'), [0, 1, 4, 13, 40, 121, 241, 361, 481, 601]);
  assert.deepEqual(told.failed, ['given up after 10 tries: HTTP 503']);
  assert.equal(told.failing, 1);
});

test('nobody is posted to before the time that Retry-After asks for, whatever else waits', async () => {
  let answer: TryResult = failing(90_000);
  const { push, pass, tries, told } = createKit(() => answer);
  push('a');
  await pass(1);
  push('b', 'c');
  await pass(88);
  assert.equal(tries.length, 1);
  answer = ok;
  await pass(2);
  assert.equal(told.delivered, 3);
});

test('a Retry-After of more than an hour is an hour: a timer of Node cannot wait for a month', async () => {
  const { push, clock, tries } = createKit(() => failing(999_999_999_000));
  push('a');
  await settle();
  clock.advance(3_599_000);
  await settle();
  assert.equal(tries.length, 1);
  clock.advance(1000);
  await settle();
  assert.equal(tries.length, 2);
});

test('a receiver that is down is asked seldom and by one event at a time, and gets everything when it is back', async () => {
  let answer: TryResult = failing();
  const { push, pass, tries, told, queue } = createKit(() => answer);
  push(...Array.from({ length: 500 }, (_, index) => String(index)));
  await pass(600);
  assert.ok(tries.length < 40, String(tries.length));
  assert.deepEqual(told.failed, []);
  answer = ok;
  await pass(130);
  assert.equal(told.delivered, 500);
  assert.equal(await queue.close(0), 0);
});

test('an event that the receiver cannot take holds up no other', async () => {
  const { push, pass, told } = createKit(({ id }) => (id === 'poison' ? failing() : ok));
  push('poison');
  for (let i = 0; i < 100; i++) {
    push(String(i));
    await pass(2);
  }
  await pass(700);
  assert.equal(told.delivered, 100);
  assert.equal(told.failed.length, 1);
});

test('what is refused is not tried again, and says nothing about the receiver', async () => {
  const { push, pass, tries, told } = createKit(() => refused);
  push('a', 'b');
  await pass(5);
  assert.equal(tries.length, 2);
  assert.deepEqual(told.failed, ['refused with HTTP 404', 'refused with HTTP 404']);
  assert.equal(told.failing, 0);
});

test('after 410 nothing is tried, and what waited is counted', async () => {
  const { push, pass, tries, told, queue } = createKit(() => ({ status: 'gone' }));
  push(...'abcdefgh');
  await pass(1000);
  assert.ok(tries.length <= 4);
  assert.deepEqual(told.gone, [8]);
  assert.ok(queue.isFull());
  assert.equal(await queue.close(0), 0);
});

describe('while the receiver hangs', () => {
  const silence = () => new Promise<TryResult>(() => {});

  test('events are kept up to a number', async () => {
    const { push, queue } = createKit(silence);
    for (let i = 0; i < maxEvents; i++) {
      assert.ok(!queue.isFull());
      push(String(i));
    }
    await settle();
    assert.ok(queue.isFull());
  });

  test('events are kept up to a size', () => {
    const { queue } = createKit(silence);
    const body = 'x'.repeat(maxBytes / 8);
    for (let i = 0; i < 8; i++) {
      assert.ok(!queue.isFull());
      queue.push({ id: String(i), body });
    }
    assert.ok(queue.isFull());
  });

  test('closing waits until the deadline and says how many are lost', async () => {
    const { push, queue, clock } = createKit(silence);
    push('a', 'b', 'c', 'd', 'e', 'f');
    await settle();
    const lost = queue.close(5000);
    clock.advance(5000);
    assert.equal(await lost, 6);
  });
});

test('closing tries at once what waits for another try', async () => {
  let answer: TryResult = failing();
  const { push, pass, queue, told, clock } = createKit(() => answer);
  push('a');
  await pass(50);
  answer = ok;
  assert.equal(await queue.close(clock.now() + 5000), 0);
  assert.equal(told.delivered, 1);
});

test('closing does not wait for a time that comes after the deadline', async () => {
  const { push, pass, queue, clock } = createKit(() => failing(60_000));
  push('a', 'b');
  await pass(1);
  assert.equal(await queue.close(clock.now() + 5000), 2);
});

test('every event is delivered, given up or lost, once, with few under way', async () => {
  const step = fc.record({
    pushed: fc.integer({ min: 0, max: 6 }),
    answer: fc.constantFrom(ok, ok, refused, failing(), failing(3000)),
    advance: fc.integer({ min: 0, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, isBack) => {
      let answer: TryResult = ok;
      const { push, pass, queue, tries, told, clock, mostRunning } = createKit(() => answer);
      let pushed = 0;
      for (const one of steps) {
        answer = one.answer;
        for (let i = 0; i < one.pushed; i++) push(String(pushed++));
        await pass(one.advance);
      }
      if (isBack) answer = ok;
      const closed = queue.close(clock.now() + 60_000);
      await pass(60);
      const lost = await closed;
      assert.equal(told.delivered + told.failed.length + lost, pushed);
      if (isBack) assert.equal(lost, 0);
      assert.ok(mostRunning() <= 4);
      for (const { id } of tries) assert.ok(tries.filter((other) => other.id === id).length <= 10);
    }),
    { seed: 15, numRuns: 50 },
  );
});

test('who waits for events waits for those that are there, in whatever order they leave, and for no later ones', async () => {
  let late = failing();
  const { queue, push, pass } = createKit(({ id }) =>
    id === 'late' ? late : id === 'later' ? failing() : ok,
  );
  const seen: string[] = [];
  const watch = (name: string) => void queue.whenDelivered().then(() => seen.push(name));
  watch('nothing');
  push('late', 'b');
  watch('late and b');
  push('later');
  await pass(20);
  assert.deepEqual(seen, ['nothing']);
  late = ok;
  await pass(200);
  assert.deepEqual(seen, ['nothing', 'late and b']);
  watch('later');
  await pass(900);
  assert.deepEqual(seen, ['nothing', 'late and b', 'later']);
  push('late');
  late = failing();
  watch('ended');
  await queue.close(0);
  await settle();
  assert.equal(seen.at(-1), 'ended');
});
