import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedCounts } from '../../src/stores/memory/shared-counts.js';

const periodSeconds = 600;
const key = fc.constantFrom(...Array.from({ length: 12 }, (_, i) => `key ${i}`));

// Attack: hide among others until one's count is forgotten.
test('a shared count is never less than that of the key, nor more than that of all, and it ends', () => {
  const step = fc.record({
    verb: fc.constantFrom('add', 'add', 'take back', 'wait'),
    key,
    pick: fc.nat(100),
    seconds: fc.constantFrom(1, 299, 300, 301, 600),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120, size: 'max' }),
      fc.integer({ min: 1, max: 64 }),
      (steps, size) => {
        const counts = new SharedCounts(size, periodSeconds);
        let added: { key: string; at: number; name: number }[] = [];
        let now = 1_000_000;
        for (const { verb, key, pick, seconds } of steps) {
          if (verb === 'add') added.push({ key, at: now, name: counts.add(key, now) });
          const picked = added[pick % added.length];
          if (verb === 'take back' && picked) {
            counts.takeBack(picked.key, picked.name, 1, now);
            added = added.filter((one) => one !== picked);
          }
          if (verb === 'wait') now += seconds * 1000;
          const within = added.filter(({ at }) => at > now - periodSeconds * 1000);
          const notLongOver = added.filter(({ at }) => at > now - periodSeconds * 1500);
          const own = within.filter((one) => one.key === key).length;
          const count = counts.count(key, now);
          assert.ok(count >= own && count <= notLongOver.length, `${count} for ${own}`);
          const max = 1 + (pick % 5);
          const wait = counts.timeLeft(key, max, now);
          assert.equal(wait > 0, count >= max);
          if (pick % 7 !== 0) continue;
          now += wait;
          assert.ok(counts.count(key, now) < max);
        }
      },
    ),
    { numRuns: 300, seed: 14 },
  );
});

test('a counter that is full stays so until it ends', () => {
  const counts = new SharedCounts(1, periodSeconds);
  const name = counts.add('mine', 0);
  for (let i = 0; i < 1000; i++) counts.add('theirs', 0);
  for (let i = 0; i < 1000; i++) counts.takeBack('theirs', name, 1, 0);
  assert.equal(counts.count('mine', 0), Number.POSITIVE_INFINITY);
  assert.equal(counts.count('mine', periodSeconds * 1500), 0);
});
