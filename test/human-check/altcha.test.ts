import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { solveChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import fc from 'fast-check';
import { deriveKeys } from '../../src/core/keys.js';
import { createAltchaCheck } from '../../src/human-check/altcha.js';
import type { AltchaChallenge, HumanCheck, HumanCheckContext } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { decode, encode, solve } from '../helpers/human-check.js';

const keys = (byte: number) => deriveKeys({ secret: Buffer.alloc(32, byte) }).humanCheck;
const context: HumanCheckContext = {
  budgetTag: 'aaaaaaaaaaaaaaaaaaaaaa',
  network: '192.0.2.0/24',
  purpose: 'login',
  pressure: 'none',
};

function createCheck({
  clock = createManualClock(),
  store = createMemoryStore({ clock }),
  key = keys(1),
} = {}) {
  return { clock, store, check: createAltchaCheck({ key, store, clock }) };
}

async function ask(check: HumanCheck, about: HumanCheckContext = context): Promise<AltchaChallenge> {
  const asked = await check.ask(about);
  assert.equal(asked.provider, 'altcha');
  return asked.provider === 'altcha' ? asked.challenge : assert.fail();
}

test('a solution of this puzzle, in time and for the same context, passes', async () => {
  const { check } = createCheck();
  assert.equal(await check.passes(solve(await ask(check)), context), true);
});

describe('one solved puzzle', () => {
  const { check, clock, store } = createCheck();
  let solution = '';
  before(async () => {
    solution = solve(await ask(check));
  });

  test('does nothing for another identity, network or purpose, nor with another secret', async () => {
    // Attack: solve one puzzle, and send the solution with requests for other people.
    const others: Partial<HumanCheckContext>[] = [
      { budgetTag: 'bbbbbbbbbbbbbbbbbbbbbb' },
      { network: '192.0.3.0/24' },
      { network: '' },
      { purpose: 'payment' },
      { budgetTag: 'aaaaaaaaaaaaaaaaaaaaaa192.0.2.0/24', network: '' },
    ];
    for (const other of others) assert.equal(await check.passes(solution, { ...context, ...other }), false);
    const stranger = createAltchaCheck({ key: keys(2), store, clock });
    assert.equal(await stranger.passes(solution, context), false);
  });

  test('does nothing where more is asked', async () => {
    // Attack: keep easy puzzles for the moment when hard ones are asked.
    for (const pressure of ['address', 'identity'] as const) {
      assert.equal(await check.passes(solution, { ...context, pressure }), false);
    }
  });

  test('does nothing once any bit of it is changed', async () => {
    // Attack: change what is signed, such as the end or the difficulty, or what is not.
    const { challenge, solution: answer } = decode(solution);
    const { parameters, signature } = challenge;
    const changed: unknown[] = [
      {
        challenge: { parameters: { ...parameters, expiresAt: parameters.expiresAt + 60 }, signature },
        solution: answer,
      },
      { challenge: { parameters: { ...parameters, nonce: '00'.repeat(16) }, signature }, solution: answer },
      { challenge: { parameters: { ...parameters, salt: '00'.repeat(16) }, signature }, solution: answer },
      {
        challenge: { parameters: { ...parameters, data: { ...parameters.data, difficulty: 2 } }, signature },
        solution: answer,
      },
      {
        challenge: { parameters: { ...parameters, data: { ...parameters.data, difficulty: 3 } }, signature },
        solution: answer,
      },
      { challenge: { parameters, signature: '00'.repeat(32) }, solution: answer },
      { challenge: { parameters, signature: '' }, solution: answer },
      { challenge: { parameters }, solution: answer },
      { challenge, solution: { ...answer, counter: answer.counter + 1 } },
      { challenge, solution: { ...answer, counter: answer.counter + 2 ** 32 } },
      { challenge, solution: { ...answer, counter: String(answer.counter) } },
      { challenge, solution: { ...answer, derivedKey: answer.derivedKey.toUpperCase().replace('A', 'a') } },
      { challenge, solution: { ...answer, derivedKey: `00${'0'.repeat(62)}` } },
      { challenge, solution: null },
      { solution: answer },
      null,
      [],
    ];
    for (const payload of changed) {
      assert.equal(await check.passes(encode(payload), context), false, JSON.stringify(payload));
    }
    for (const text of ['', '{}', '****', solution.slice(0, -4), `${solution}${' '.repeat(2048)}`]) {
      assert.equal(await check.passes(text, context), false, text);
    }
  });

  test('what the puzzle says of itself is not believed: only the signature decides how hard it is', async () => {
    // Attack: ask for less in a copy of the puzzle; the members are not part of the signature in every implementation.
    const { challenge, solution: answer } = decode(solution);
    const easier = { ...challenge.parameters, keyPrefix: '0', cost: 1, algorithm: 'SHA-256' };
    const derivedKey = `0${'1'.repeat(63)}`;
    const forged = { challenge: { ...challenge, parameters: easier }, solution: { ...answer, derivedKey } };
    assert.equal(await check.passes(encode(forged), context), false);
  });

  test('50 at once: exactly one passes, and none after it', async () => {
    // Attack: send one solution 50 times in one moment.
    const passed = await Promise.all(Array.from({ length: 50 }, () => check.passes(solution, context)));
    assert.equal(passed.filter(Boolean).length, 1);
    assert.equal(await check.passes(solution, context), false);
    // The same in the other alphabet of base64 is the same solution.
    assert.equal(await check.passes(Buffer.from(solution, 'base64').toString('base64url'), context), false);
  });
});

test('a puzzle is answered within two minutes or not at all', async () => {
  // Attack: collect solutions in advance.
  const { check, clock } = createCheck();
  const solution = solve(await ask(check));
  clock.advance(120_000);
  assert.equal(await check.passes(solution, context), false);
  clock.advance(-1000);
  assert.equal(await check.passes(solution, context), true);
});

test('a solution stays used on an instance whose clock is a minute late', async () => {
  // Attack: send it again where it has not ended.
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const late = createManualClock(clock() - 60_000);
  const { check } = createCheck({ clock, store });
  const other = createAltchaCheck({ key: keys(1), store, clock: late });
  const solution = solve(await ask(check));
  assert.equal(await check.passes(solution, context), true);
  for (let second = 0; second < 179; second += 30) {
    assert.equal(await other.passes(solution, context), false, `after ${second} s`);
    clock.advance(30_000);
    late.advance(30_000);
  }
});

test('forged, unsigned, expired and foreign solutions cost no derivation and no call of the store', async () => {
  // Attack: spend the CPU of the server with solutions that need no work.
  const { check, clock } = createCheck({
    store: { claim: () => assert.fail('the store was asked') } as never,
  });
  const challenge = await ask(check);
  const answer = { counter: 1, derivedKey: `000${'1'.repeat(61)}` };
  const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex');
  const before = process.cpuUsage();
  for (let i = 0; i < 1000; i++) {
    const forged = { challenge: { ...challenge, signature: random() }, solution: answer };
    assert.equal(await check.passes(encode(forged), context), false);
  }
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms for 1000`);
  const foreign = { ...context, purpose: 'payment' };
  assert.equal(await check.passes(encode({ challenge, solution: answer }), foreign), false);
  clock.advance(120_000);
  assert.equal(await check.passes(encode({ challenge, solution: answer }), context), false);
});

test('pressure makes the prefix longer and never the work of the server', async () => {
  const { check } = createCheck();
  const [none, address, identity] = await Promise.all(
    (['none', 'address', 'identity'] as const).map(async (pressure) => {
      const { keyPrefix, cost } = (await ask(check, { ...context, pressure })).parameters;
      return { work: 16 ** keyPrefix.length * cost, cost };
    }),
  );
  assert.ok(none && address && identity);
  assert.deepEqual([address.work / none.work, identity.work / none.work], [4, 16]);
  assert.ok(address.cost <= none.cost && identity.cost <= none.cost);
});

test('a puzzle shows no tag, network or purpose, and no two are the same', async () => {
  const { check } = createCheck();
  const [one, two] = [await ask(check), await ask(check)];
  for (const hidden of [context.budgetTag, context.network, context.purpose]) {
    assert.ok(!JSON.stringify(one).includes(hidden));
  }
  assert.notEqual(one.parameters.nonce, two.parameters.nonce);
  assert.equal((one.parameters as { keySignature?: string }).keySignature, undefined, 'not deterministic');
});

test('altcha-lib solves what is asked, and agrees on every changed solution', async () => {
  const clock = () => Date.now();
  const key = keys(1);
  const check = createAltchaCheck({ key, store: { claim: async () => true }, clock });
  const challenge = await ask(check);
  const solution = await solveChallenge({ challenge, deriveKey });
  assert.ok(solution);
  const hmacSignatureSecret = key.export().toString('base64url');
  const members = ['nonce', 'salt', 'expiresAt', 'counter', 'derivedKey', 'signature', 'nothing'] as const;
  const change = (value: string, index: number, digit: string) =>
    value.slice(0, index % value.length) + digit + value.slice((index % value.length) + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...members),
      fc.nat(1000),
      fc.constantFrom(...'0123456789abcdef'),
      async (member, index, digit) => {
        const parameters = { ...challenge.parameters };
        const answer = { ...solution };
        let { signature } = challenge;
        if (member === 'nonce' || member === 'salt')
          parameters[member] = change(parameters[member], index, digit);
        if (member === 'expiresAt') parameters.expiresAt += index;
        if (member === 'counter') answer.counter += index;
        if (member === 'derivedKey') answer.derivedKey = change(answer.derivedKey, index, digit);
        if (member === 'signature') signature = change(signature, index, digit);
        const payload = { challenge: { parameters, signature }, solution: answer };
        const { verified } = await verifySolution({ ...payload, deriveKey, hmacSignatureSecret });
        assert.equal(await check.passes(encode(payload), context), verified);
      },
    ),
    { seed: 71, numRuns: 300 },
  );
});
