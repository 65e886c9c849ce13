import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/ports.js';
import { createShortCodes, type Lease, type ShortCodes } from '../../src/service/short-codes.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualTime, settle } from '../helpers/clock.js';

const hourMs = 3_600_000;
/** The hour is counted in parts of this length; the clock of a test starts at the start of one. */
const partMs = 150_000;
const attempts = 5;

interface Code {
  madeAtMs: number;
  isUsed: boolean;
}

/** Processes that share a store, and what they have handed out. */
function createKit(max: number, processes: number, wrap: (store: Store) => Store = (store) => store) {
  const { clock, monotonicClock } = createManualTime();
  const store = wrap(createMemoryStore({ clock }));
  const all = Array.from({ length: processes }, () =>
    createShortCodes({ store, monotonicClock, shortOpenMax: max }),
  ) as [ShortCodes, ShortCodes];
  const codes: Code[] = [];
  const countOpen = () =>
    attempts * codes.filter(({ isUsed, madeAtMs }) => !isUsed && madeAtMs > clock() - hourMs).length;
  function make(lease: Lease, by: ShortCodes): Code {
    by.settle(lease, attempts, true);
    const code = { madeAtMs: clock(), isUsed: false };
    codes.push(code);
    assert.ok(countOpen() <= max, `${countOpen()} attempts of ${max} are open`);
    return code;
  }
  return {
    clock,
    all,
    codes,
    make,
    use(code: Code, by: ShortCodes) {
      code.isUsed = true;
      by.giveBack(attempts, code.madeAtMs);
    },
    /** Makes as many codes as there is room for. */
    async fill(by: ShortCodes) {
      for (let lease = await by.take(attempts); lease; lease = await by.take(attempts)) make(lease, by);
    },
  };
}

async function takeTen(by: ShortCodes): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let i = 0; i < 10; i++) leases.push((await by.take(attempts)) as Lease);
  return leases;
}

// Attack: have requests fail just when a process takes its next attempts.
test('attempts that are put back late never count for longer than they were counted', async () => {
  const { clock, all, fill } = createKit(100, 1);
  const [process] = all;
  const early = await takeTen(process);
  clock.advance(partMs * 1.9);
  const [later] = await takeTen(process);
  process.settle(later as Lease, attempts, false);
  for (const lease of early) process.settle(lease, attempts, false);
  await settle();
  await fill(process);
  clock.advance(hourMs - partMs * 0.8);
  await fill(process);
});

// Attack: ask for codes at the end of a part of the hour, which are made in the next one, and use them.
test('attempts of codes that were made across the end of a part come back where they were counted', async () => {
  const { clock, all, make, use, fill } = createKit(100, 2);
  const [attacker, other] = all;
  clock.advance(partMs - 100);
  const taken = await takeTen(attacker);
  clock.advance(200);
  const codes = taken.map((lease) => make(lease, attacker));
  clock.advance(partMs - 1000);
  await fill(other);
  for (const code of codes) use(code, attacker);
  await settle();
  clock.advance(hourMs - partMs + 2000);
  await fill(attacker);
});

// Attack: the same, with a store that is slow just then.
test('attempts of which the store answers late are handed out no longer than it counts them', async () => {
  let isSlow = false;
  const { clock, all, make, use, fill } = createKit(100, 2, (store) => ({
    ...store,
    spend: async (request) => {
      const answer = await (store.spend as NonNullable<Store['spend']>)(request);
      if (isSlow) clock.advance(10_000);
      isSlow = false;
      return answer;
    },
  }));
  const [attacker, other] = all;
  clock.advance(partMs - 5000);
  isSlow = true;
  const taken = await takeTen(attacker);
  const codes = taken.map((lease) => make(lease, attacker));
  clock.advance(partMs - 10_000);
  await fill(other);
  for (const code of codes) use(code, attacker);
  await settle();
  clock.advance(hourMs - partMs + 6000);
  await fill(attacker);
});

test('whatever comes back, and whenever, no hour has more attempts open than the limit', async () => {
  const step = fc.record({
    verb: fc.constantFrom('take', 'take', 'take', 'make', 'make', 'put back', 'use', 'wait', 'wait'),
    process: fc.nat(1),
    which: fc.nat(9),
    ms: fc.constantFrom(1, 300, 900, 60_000, 149_000, 151_000, hourMs - partMs, hourMs - 2000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 300, size: 'max' }), async (steps) => {
      const { clock, all, codes, make, use } = createKit(60, 2);
      const taken: { lease: Lease; by: ShortCodes; atMs: number }[] = [];
      for (const { verb, process, which, ms } of steps) {
        const by = all[process] as ShortCodes;
        const isEnd = verb === 'make' || verb === 'put back';
        const [held] = isEnd ? taken.splice(which % (taken.length || 1), 1) : [];
        if (verb === 'take') {
          const lease = await by.take(attempts);
          if (lease) taken.push({ lease, by, atMs: clock() });
        }
        if (held) {
          // Making a code takes less than a second; what has failed may be noticed later.
          if (verb === 'make' && clock() - held.atMs < 1000) make(held.lease, held.by);
          else held.by.settle(held.lease, attempts, false);
        }
        if (verb === 'use') {
          const open = codes.filter(({ isUsed }) => !isUsed);
          const code = open[which % (open.length || 1)];
          if (code) use(code, by);
        }
        if (verb === 'wait') clock.advance(ms);
        await settle();
      }
    }),
    { seed: 16, numRuns: 200 },
  );
});

test('attempts that are put back while the next are taken are not lost', async () => {
  const { clock, all } = createKit(60, 1);
  const [process] = all;
  for (let round = 0; round < 50; round++) {
    const leases = await takeTen(process);
    clock.advance(partMs * 1.1);
    const next = process.take(attempts);
    for (const lease of leases) {
      assert.ok(lease, `round ${round}`);
      process.settle(lease, attempts, false);
    }
    const lease = await next;
    assert.ok(lease, `round ${round}`);
    process.settle(lease, attempts, false);
    await settle();
  }
});

test('requests that come at once ask the store a few times together, not one after another', async () => {
  for (const max of [2000, 1_000_000]) {
    let calls = 0;
    const { all } = createKit(max, 1, (store) => ({
      ...store,
      async spend(request) {
        calls += 1;
        return store.spend?.(request) as ReturnType<NonNullable<Store['spend']>>;
      },
    }));
    const leases = await Promise.all(Array.from({ length: 200 }, () => all[0].take(attempts)));
    assert.ok(leases.every((lease) => lease !== undefined));
    assert.ok(calls <= 2, `${calls} calls`);
  }
});
