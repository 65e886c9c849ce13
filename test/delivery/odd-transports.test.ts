import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { createDelivery } from '../../src/delivery/delivery.js';
import { createGuardedController } from '../../src/delivery/guarded-signal.js';
import { createRouter } from '../../src/delivery/route.js';
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

const throwHostile = () => {
  throw hostile;
};

type Odd = (clock: MonotonicClock, options: SendOptions, message: object) => unknown;
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
  'throws when it is aborted': (_, { signal }) =>
    new Promise(() =>
      signal.addEventListener('abort', () => {
        throw hostile;
      }),
    ),
  'rejects when it is aborted, for nobody': (_, { signal }) =>
    new Promise(() => signal.addEventListener('abort', () => Promise.reject(hostile))),
  'answers its abort with what cannot be read': (_, { signal }) =>
    new Promise(() =>
      signal.addEventListener('abort', () => Object.defineProperty({}, 'then', { get: throwHostile })),
    ),
  'throws in the handler of its abort': (_, { signal }) =>
    new Promise(() => {
      signal.onabort = throwHostile;
    }),
  'throws in an object that is told of its abort': (_, { signal }) =>
    new Promise(() => signal.addEventListener('abort', { handleEvent: throwHostile }, { once: true })),
  'lacks the method that is told of its abort': (_, { signal }) =>
    new Promise(() => signal.addEventListener('abort', {} as { handleEvent(): void })),
  'throws when it is aborted late': (_, { signal }) =>
    new Promise(() => void setImmediate(() => signal.addEventListener('abort', throwHostile))),
  'changes its message and fails': (_, _options, message) => {
    Object.assign(message, { to: undefined, code: hostile, channel: 'fax', id: null });
    throw new Error('changed');
  },
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
    send: (message: { to: string }, options: SendOptions) => {
      const [index = ''] = message.to.split('@');
      return odd[names[Number(index.split('.')[0])] as string]?.(clock, options, message);
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

test('listeners of an abort are called as ever: in order, once, and not when they were taken back', async () => {
  const controller = createGuardedController();
  const { signal } = controller;
  const called: unknown[] = [];
  const listen = (name: string) => () => called.push(name);
  const [first, second, gone] = [listen('first'), listen('second'), listen('gone')];
  signal.addEventListener('abort', throwHostile);
  signal.addEventListener('abort', first);
  signal.addEventListener('abort', first);
  signal.addEventListener('abort', gone);
  signal.addEventListener('abort', second, { once: true });
  signal.removeEventListener('abort', gone);
  signal.removeEventListener('abort', null as unknown as () => void);
  signal.addEventListener('abort', function (this: unknown, event) {
    called.push(this === signal, event.type);
  });
  controller.abort();
  assert.deepEqual(called, ['first', 'second', true, 'abort']);
});

test('what takes a signal takes this one', async () => {
  const controller = createGuardedController();
  const { signal } = controller;
  const waiting = [
    fetch('http://127.0.0.1:1/', { signal }),
    sleep(60_000, undefined, { signal }),
    once(new EventEmitter(), 'never', { signal }),
    new Promise((_resolve, reject) => AbortSignal.any([signal]).addEventListener('abort', reject)),
  ];
  const ended = Promise.allSettled(waiting);
  controller.abort();
  assert.ok((await ended).every(({ status }) => status === 'rejected'));
});

test('a transport that cannot be closed does not keep the others open', async () => {
  const closed: string[] = [];
  const transports = [throwHostile, () => Promise.reject(hostile), () => void closed.push('last')].map(
    (close, i) => {
      return {
        name: `t${i}`,
        channels: ['email'] as const,
        send: async () => ({ ok: true as const }),
        close,
      };
    },
  );
  const clock = createManualMonotonicClock();
  const options = {
    transports,
    timeoutMs,
    mode: 'direct',
    queueMax: 1,
    clock,
    outcomes: noOutcomes,
  } as const;
  await assert.rejects(createDelivery(options as never).close(0));
  assert.deepEqual(closed, ['last']);
});

test('a transport whose name can be read once is named all the same', async () => {
  let reads = 0;
  const transport = {
    get name() {
      reads += 1;
      if (reads > 5) throw hostile;
      return 'once';
    },
    channels: ['email'] as const,
    send: async () => ({ ok: true as const }),
  };
  const clock = createManualMonotonicClock();
  const router = createRouter({ transports: [transport], timeoutMs, clock, outcomes: noOutcomes });
  for (let i = 0; i < 10; i++) assert.equal((await router.send(createMessage())).transport, 'once');
});
