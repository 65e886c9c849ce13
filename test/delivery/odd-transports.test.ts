import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDelivery } from '../../src/delivery/delivery.js';
import type { MonotonicClock, Receipt, SendOptions, Transport } from '../../src/ports.js';
import { createManualMonotonicClock, settle } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';
import { noOutcomes } from '../helpers/outcomes.js';

const timeoutMs = 5000;
const refused = { ok: false, category: 'unavailable', fault: 'account', retryable: true, detail: 'test' };
/** Something that cannot be read. */
const hostile = {
  toString() {
    throw new Error('toString');
  },
  valueOf() {
    throw new Error('valueOf');
  },
};
const hidden = new Proxy(new Error('hidden'), {
  get() {
    throw hostile;
  },
});

type Odd = (clock: MonotonicClock, options: SendOptions) => unknown;
const answer =
  (value: unknown): Odd =>
  async () =>
    value;
const fail =
  (reason: unknown): Odd =>
  () =>
    Promise.reject(reason);
const later =
  (ms: number, value: unknown): Odd =>
  (clock) =>
    new Promise((resolve) => void clock.after(ms, () => resolve(value)));

/** What a transport may do that was written in a hurry, or by an enemy. */
const odd: Record<string, Odd> = {
  'returns nothing': () => undefined,
  'returns no promise': () => ({ ok: true }),
  'throws at once': () => {
    throw new Error('at once');
  },
  'throws what cannot be read at once': () => {
    throw hostile;
  },
  'rejects with nothing': fail(undefined),
  'rejects with what cannot be read': fail(hostile),
  'rejects with an object without prototype': fail(Object.create(null)),
  'rejects with a hidden error': fail(hidden),
  'rejects with an error of an odd name': fail(Object.assign(new Error('odd'), { name: hostile })),
  'rejects with an error of an odd message': fail(
    Object.assign(new Error('odd'), { message: Symbol('odd') }),
  ),
  'has an odd id': answer({ ok: true, id: hostile }),
  'has an id that can be read once': () => {
    let reads = 0;
    return Promise.resolve(
      Object.defineProperty({ ok: true }, 'id', {
        get() {
          reads += 1;
          if (reads > 1) throw hostile;
          return 'once';
        },
      }),
    );
  },
  'hides whether it accepted': answer(
    Object.defineProperty({}, 'ok', {
      get() {
        throw hostile;
      },
    }),
  ),
  'has an odd detail': answer({ ...refused, detail: hostile }),
  'has an odd cause': answer({ ...refused, cause: hostile }),
  'has an odd fault': answer({ ...refused, fault: 'toString', cause: undefined }),
  'has an odd time to wait': answer({ ...refused, retryAfterSeconds: Symbol('soon') }),
  'has another odd time to wait': answer({ ...refused, retryAfterSeconds: hostile }),
  'answers twice': () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what this is about
    then(resolve: (receipt: unknown) => void, reject: (reason: unknown) => void) {
      resolve({ ok: true });
      reject(hostile);
      resolve(refused);
      throw hostile;
    },
  }),
  'answers just in time': later(timeoutMs - 1, { ok: true }),
  'answers too late': later(timeoutMs + 1, { ok: true }),
  'answers too late what cannot be read': later(2 * timeoutMs, hostile),
  'fails when it is aborted': (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(hostile))),
  'answers when it is aborted': (_, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve({ ok: true }))),
  'never answers': () => new Promise(() => {}),
  accepts: answer({ ok: true, id: 'provider-1' }),
  'refuses for now': answer(refused),
};
const names = Object.keys(odd);

/** A clock that knows how many of its timers are set. */
function createCountedClock() {
  const clock = createManualMonotonicClock();
  const set = new Set<object>();
  const after: MonotonicClock['after'] = (ms, callback) => {
    const timer = clock.after(ms, () => {
      set.delete(timer);
      callback();
    });
    set.add(timer);
    return {
      ...timer,
      close() {
        set.delete(timer);
        timer.close();
      },
    };
  };
  return { ...clock, after, countSet: () => set.size };
}

/** Messages to a transport that does with each what its recipient's name says. */
function createKit(mode: 'background' | 'direct', queueMax: number) {
  const clock = createCountedClock();
  const transport = {
    name: 'odd',
    channels: ['email'],
    send: ({ to }: { to: string }, options: SendOptions) => {
      const [index = ''] = to.split('@');
      return odd[names[Number(index.split('.')[0])] as string]?.(clock, options);
    },
  } as unknown as Transport;
  const delivery = createDelivery({
    transports: [transport],
    timeoutMs,
    mode,
    queueMax,
    clock,
    outcomes: noOutcomes,
  });
  const receipts: Receipt[] = [];
  let given = 0;
  const send = (what: number) => {
    const to = `${what}.${given}@${given}.example`;
    const slot = delivery.reserve('email');
    assert.ok(slot);
    given += 1;
    void slot.send(createMessage({ to, expiresInSeconds: 60 })).then((receipt) => receipts.push(receipt));
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      await settle();
      clock.advance(500);
    }
    await settle();
  };
  return { clock, delivery, receipts, send, advance, countGiven: () => given };
}

for (const mode of ['background', 'direct'] as const) {
  // Attack: be the provider that nobody expected, and stop the deliveries of everyone, or the process.
  test(`${mode}: whatever transports do, each message has its outcome, and nothing is left of it`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(names.length - 1), { minLength: 1, maxLength: 60 }),
        async (messages) => {
          const kit = createKit(mode, 60);
          for (const what of messages) kit.send(what);
          await kit.advance(70_000);
          assert.equal(kit.receipts.length, messages.length);
          assert.deepEqual(kit.delivery.count(), { waiting: 0, sending: 0, retrying: 0 });
          assert.equal(kit.clock.countSet(), 0, 'timers are left');
        },
      ),
      { seed: 104, numRuns: 60 },
    );
  });
}
