import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { createEngine } from '../src/engine.js';

// Made by an independent implementation, which shares no code with this one.
const { vectors } = JSON.parse(
  readFileSync(new URL('../spec/vectors/code-v1.json', import.meta.url), 'utf8'),
);
const secret = Buffer.alloc(32, 3);
const alice = 'alice@example.com';

test('there are 40 vectors', () => assert.equal(vectors.length, 40));

for (const [index, vector] of vectors.entries()) {
  test(`vector ${index}: the code and the tag are those of the independent implementation`, () => {
    const engine = createEngine({
      secret: vector.secret,
      namespace: vector.namespace,
      digits: vector.digits,
      windowSeconds: vector.window_seconds,
    });
    const options = {
      purpose: vector.purpose,
      challenge: Buffer.from(vector.challenge_hex, 'hex'),
      at: vector.unix_seconds,
    };
    assert.equal(engine.generate(vector.identity, options), vector.code);
    assert.equal(engine.identityTag(vector.identity, options), vector.identity_tag);
    assert.deepEqual(engine.verify(vector.identity, vector.code, options), {
      valid: true,
      window: Math.floor(vector.unix_seconds / vector.window_seconds),
    });
  });
}

test('a code is accepted in as many windows round its own as the drift says, and no further', () => {
  for (const driftTolerance of [0, 1, 3]) {
    const engine = createEngine({ secret, driftTolerance, digits: 10 });
    const code = engine.generate(alice, { at: 30_000 });
    for (let drift = -5; drift <= 5; drift++) {
      const result = engine.verify(alice, code, { at: 30_000 + drift * 300 });
      assert.deepEqual(
        result,
        Math.abs(drift) <= driftTolerance ? { valid: true, window: 100 } : { valid: false },
      );
    }
  }
});

test('the time is a Date or unix seconds, and now by default', (t) => {
  const engine = createEngine({ secret });
  assert.equal(
    engine.generate(alice, { at: new Date(1_795_290_000_000) }),
    engine.generate(alice, { at: 1_795_290_000 }),
  );
  t.mock.method(Date, 'now', () => 1_795_290_000_000);
  assert.equal(engine.generate(alice), engine.generate(alice, { at: 1_795_290_000 }));
});

// Attack: measure how long a verify takes to learn which window matched, or that none did.
test('verify derives the same number of codes whatever it finds, also at the beginning of time', (t) => {
  const engine = createEngine({ secret, driftTolerance: 2 });
  const right = engine.generate(alice, { at: 30_000 });
  const hash = t.mock.method(crypto, 'hash');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const [code, at] of [
    [right, 30_000],
    [right, 29_400],
    ['000000', 30_000],
    ['nonsense', 30_000],
    ['1', 0],
  ] as const) {
    hash.mock.resetCalls();
    engine.verify(alice, code, { at });
    // Five codes, of two hashes each.
    assert.equal(hash.mock.callCount(), 10);
  }
});

test('identities are taken as they are given', () => {
  const engine = createEngine({ secret, digits: 10 });
  assert.notEqual(engine.generate('Alice@example.com', { at: 0 }), engine.generate(alice, { at: 0 }));
});

test('a wrong argument is named, with what is allowed', () => {
  assert.throws(() => createEngine({ secret: 'c2hvcnQ=' }), /secret must be at least 32 bytes, got 5/);
  assert.throws(
    () => createEngine({ secret, digits: 3 }),
    /digits must be a whole number from 4 to 10, got 3/,
  );
  assert.throws(
    () => createEngine({ secret, windowSeconds: 29 }),
    /windowSeconds must be a whole number from 30 to 600/,
  );
  assert.throws(
    () => createEngine({ secret, driftTolerance: -1 }),
    /driftTolerance must be a whole number from 0 to 10/,
  );
  const engine = createEngine({ secret });
  assert.throws(() => engine.generate(42 as never), /identity must be a string, got number/);
  assert.throws(() => engine.generate('\uD800'), /identity must be well-formed Unicode/);
  assert.throws(() => engine.generate(alice, { challenge: 'abc' as never }), /challenge must be bytes/);
  assert.throws(() => engine.generate(alice, { at: -1 }), /at must be a time from 1970 on, got -1/);
  assert.throws(() => engine.generate(alice, { at: '1' as never }), /at must be a Date or unix seconds/);
  assert.throws(() => engine.generate(alice, { at: new Date('nonsense') }), RangeError);
});
