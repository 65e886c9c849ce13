import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { derivePlainly } from '../../sdk/javascript/src/derive-plainly.js';
import { solvePuzzle } from '../../sdk/javascript/src/solver.js';
import { deriveKeys } from '../../src/core/keys.js';
import { createAltchaCheck } from '../../src/human-check/altcha.js';

test('PBKDF2 without WebCrypto gives what that of OpenSSL gives', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  fc.assert(
    fc.property(bytes(64), bytes(51), fc.integer({ min: 1, max: 50 }), (password, salt, iterations) => {
      const expected = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
      assert.deepEqual(Buffer.from(derivePlainly(password, salt, iterations)), expected);
    }),
    { seed: 71, numRuns: 300 },
  );
});

test('the service takes what the solver sends, with WebCrypto and without', async (t) => {
  const key = deriveKeys({ secret: Buffer.alloc(32, 1) }).humanCheck;
  const check = createAltchaCheck({ key, store: { claim: async () => true }, clock: Date.now });
  const context = { budgetTag: 'tag', network: '', purpose: 'login', pressure: 'none' } as const;
  for (const hasCrypto of [true, false]) {
    const asked = await check.ask(context);
    assert.ok(asked.provider === 'altcha');
    if (!hasCrypto) t.mock.getter(globalThis.crypto, 'subtle', () => undefined);
    const solution = await solvePuzzle(asked.challenge);
    t.mock.restoreAll();
    assert.equal(await check.passes(solution ?? '', context), true);
  }
});

test('a solver that is stopped gives nothing', async () => {
  const parameters = { nonce: '00', salt: '00', cost: 1, keyPrefix: 'f'.repeat(64) };
  let tries = 0;
  assert.equal(await solvePuzzle({ parameters, signature: '' }, () => ++tries > 5), null);
});
