import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtpError, type Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualTime, settle } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';

type Fate = 'answers' | 'answer is lost' | 'never runs';
type Losable = 'attempt' | 'consume' | 'retract';

/** A store whose answers to some verbs get lost as the test says: after it has done the work, or instead. */
function createLossy(clock: () => number, decide: (verb: Losable) => Fate): Store {
  const memory = createMemoryStore({ clock });
  const lossy =
    <Request, Result>(verb: Losable, run: (request: Request) => Promise<Result>) =>
    async (request: Request) => {
      const fate = decide(verb);
      const result = fate === 'never runs' ? undefined : await run(request);
      if (fate !== 'answers') throw new OtpError('store_unavailable', 'too late');
      return result as Result;
    };
  return {
    ...memory,
    attempt: lossy('attempt', memory.attempt),
    consume: lossy('consume', memory.consume),
    retract: lossy('retract', (request) => memory.retract?.(request) ?? Promise.resolve(false)),
  };
}

function createKit(decide: (verb: Losable) => Fate) {
  const { clock, monotonicClock } = createManualTime();
  const store = createLossy(clock, decide);
  const kit = createTestOtp({ store, requestIdentityMax: 1000, time: { clock, monotonicClock } });
  return {
    ...kit,
    /** Lets all tries to take attempts back run. */
    async takeBack() {
      for (let i = 0; i < 5; i++) {
        await settle();
        monotonicClock.advance(30_000);
      }
    },
  };
}

// Attack, or a bad day: the store answers after 900 ms, so the verifies of an owner fail although they were counted.
test('right guesses whose answers are lost cost no attempt and make no code long', async () => {
  let fate: Fate = 'answers';
  const { otp, obtain, takeBack } = createKit((verb) => (verb === 'attempt' ? fate : 'answers'));
  const code = await obtain(alice);
  fate = 'answer is lost';
  for (let i = 0; i < 30; i++) {
    await assert.rejects(otp.verify(alice, code), { code: 'store_unavailable' });
    await settle();
  }
  fate = 'answers';
  assert.equal((await otp.verify(alice, code)).status, 'valid');
  await takeBack();
  assert.equal((await obtain(alice)).length, 6);
});

test('a right guess that the store cannot consume is taken back, and the code works once the store does', async () => {
  let fate: Fate = 'never runs';
  const { otp, obtain, takeBack } = createKit((verb) => (verb === 'consume' ? fate : 'answers'));
  const code = await obtain(alice);
  for (let i = 0; i < 30; i++) {
    await assert.rejects(otp.verify(alice, code), { code: 'store_unavailable' });
    await settle();
  }
  fate = 'answers';
  assert.equal((await otp.verify(alice, code)).status, 'valid');
  await takeBack();
  assert.equal((await otp.verify(alice, code)).status, 'expired');
  assert.equal((await obtain(alice)).length, 6);
});

test('claims that cannot be read cost the owner neither an attempt nor a guess', async () => {
  let isDown = true;
  const { otp, obtain, clock } = createTestOtp({
    claims: () => {
      if (isDown) throw new Error('the database is away');
      return {};
    },
  });
  const code = await obtain(alice);
  for (let i = 0; i < 30; i++) await assert.rejects(otp.verify(alice, code), /the database is away/);
  isDown = false;
  assert.equal((await otp.verify(alice, code)).status, 'valid');
  clock.advance(600_000);
  assert.equal((await obtain(alice)).length, 6);
});

// Attack: make the store lose answers at will, to guess more often than ten times.
test('whatever gets lost, no more than ten wrong guesses meet short codes, and no right one takes their place', async () => {
  const fates = fc.constantFrom<Fate>('answers', 'answers', 'answer is lost', 'never runs');
  const step = fc.record({ isRight: fc.boolean(), attempt: fates, consume: fates, retract: fates });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
      let fate: Record<Losable, Fate> = { attempt: 'answers', consume: 'answers', retract: 'answers' };
      const { otp, obtain, inbox, clock, wrong, takeBack } = createKit((verb) => fate[verb]);
      let wrongGuesses = 0;
      for (const [i, { isRight, ...fates }] of steps.entries()) {
        // A code of its own for each, so that attempts do not run out first.
        const code = await obtain(alice);
        if (code.length !== 6) break;
        fate = fates;
        const typed = isRight ? code : wrong(code);
        const result = await otp.verify(alice, typed).catch((error) => {
          assert.equal(error.code, 'store_unavailable');
          return { status: 'failed' };
        });
        if (result.status === 'invalid') wrongGuesses += 1;
        assert.notEqual(result.status, isRight ? 'invalid' : 'valid');
        fate = { attempt: 'answers', consume: 'answers', retract: 'answers' };
        if (i % 2 === 0) await takeBack();
        clock.advance(300_000);
      }
      await takeBack();
      assert.ok(wrongGuesses <= 10, `${wrongGuesses} wrong guesses met short codes`);
      // Once all is taken back, exactly those that were told to be wrong count.
      while (wrongGuesses <= 7) {
        const code = await obtain(alice);
        assert.equal(code.length, 6);
        const attempts = Math.min(5, 10 - wrongGuesses);
        for (let i = 0; i < attempts; i++)
          assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
        wrongGuesses += attempts;
        clock.advance(600_000);
      }
      assert.equal((await obtain(alice)).length, 10);
      assert.equal(inbox.lastCode().length, 10);
    }),
    { numRuns: 15, seed: 14 },
  );
});

test('a store that cannot take attempts back leaves them counted, and verifies are otherwise the same', async () => {
  const { retract, ...memory } = createMemoryStore();
  let isLost = false;
  const store: Store = {
    ...memory,
    async attempt(request) {
      const result = await memory.attempt(request);
      if (isLost) throw new OtpError('store_unavailable', 'too late');
      return result;
    },
  };
  assert.equal(typeof retract, 'function');
  const { otp, obtain } = createTestOtp({ store });
  const code = await obtain(alice);
  isLost = true;
  await assert.rejects(otp.verify(alice, code), { code: 'store_unavailable' });
  isLost = false;
  assert.deepEqual(await otp.verify(alice, '000000'), { status: 'invalid', attemptsLeft: 3 });
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

test('a store that throws when it should take an attempt back ends nothing but the verify', async () => {
  const store: Store = {
    ...createMemoryStore(),
    attempt: async () => {
      throw new OtpError('store_unavailable', 'too late');
    },
    retract() {
      throw new Error('not even a promise');
    },
  };
  const { otp, obtain } = createTestOtp({ store });
  const code = await obtain(alice);
  await assert.rejects(otp.verify(alice, code), { code: 'store_unavailable' });
  // An unhandled rejection would fail the test.
  await settle();
});
