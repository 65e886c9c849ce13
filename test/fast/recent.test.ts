import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecent, remember } from '../../src/fast/recent.js';

test('it finds what a map would, or nothing, and always the half that was used last', () => {
  const operation = fc.record({ key: fc.nat(9), value: fc.option(fc.nat()) });
  fc.assert(
    fc.property(fc.constantFrom(2, 4, 6), fc.array(operation), (maxEntries, operations) => {
      const recent = createRecent<number, number>(maxEntries);
      const plain = new Map<number, number>();
      let usedLast: number[] = [];
      for (const { key, value } of operations) {
        if (value === null) {
          const found = recent.get(key);
          if (usedLast.includes(key)) assert.equal(found, plain.get(key));
          else if (found !== undefined) assert.equal(found, plain.get(key));
          if (found === undefined) continue;
        } else {
          recent.set(key, value);
          plain.set(key, value);
        }
        usedLast = [key, ...usedLast.filter((other) => other !== key)].slice(0, maxEntries / 2);
      }
    }),
    { numRuns: 1000, seed: 1 },
  );
});

// Attack: fill the memory with keys of one's own.
test('it keeps no more than so many entries, and forgets those that were not used', () => {
  const recent = createRecent<string, string>(4);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  for (const key of keys) recent.set(key, key);
  assert.deepEqual(
    keys.filter((key) => recent.get(key) !== undefined),
    ['c', 'd', 'e'],
  );
});

test('an entry in use stays, however many others there are', () => {
  const recent = createRecent<string, string>(4);
  recent.set('used', 'value');
  for (let i = 0; i < 100; i++) {
    recent.set(`other ${i}`, 'other');
    assert.equal(recent.get('used'), 'value');
  }
});

test('a remembered function returns what the function returns, and is not asked again soon', () => {
  let calls = 0;
  const compute = (key: string | number) => {
    calls++;
    return `of ${typeof key} ${key}`;
  };
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(9), fc.constantFrom('a', 'b', '1'))), (keys) => {
      const remembered = remember(4, compute);
      for (const key of keys) {
        const value = remembered(key);
        assert.equal(value, compute(key));
        const before = calls;
        assert.equal(remembered(key), value);
        assert.equal(calls, before);
      }
    }),
    { seed: 1 },
  );
});

// Attack: addresses or headers of a megabyte each, which all stay in memory.
test('results of long arguments are not kept', () => {
  let calls = 0;
  const remembered = remember(4, (key: string) => ++calls + key.length);
  for (let i = 1; i <= 3; i++) assert.equal(remembered('x'.repeat(257)), i + 257);
  for (let i = 1; i <= 3; i++) assert.equal(remembered('x'.repeat(256)), 4 + 256);
});
