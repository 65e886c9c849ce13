import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpiringMap } from '../../src/stores/memory/expiring-map.js';

const maxEntries = 20;

// Attack: fill a bounded map until it forgets what counts against the attacker.
test('it holds what a plain map would hold, and refuses only when full of live entries', () => {
  const step = fc.record({
    verb: fc.constantFrom('save', 'save', 'extend', 'remove', 'wait'),
    key: fc.integer({ min: 0, max: 2 * maxEntries }).map(String),
    life: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const map = new ExpiringMap<{ expiresAt: number }>(maxEntries);
      const model = new Map<string, { expiresAt: number }>();
      let now = 0;
      for (const { verb, key, life } of steps) {
        for (const [name, { expiresAt }] of model) if (expiresAt <= now) model.delete(name);
        const known = model.get(key);
        assert.equal(map.load(key, now), known);
        if (verb === 'wait') now += life;
        if (verb === 'extend' && known) known.expiresAt += life;
        if (verb === 'save') {
          const entry = { expiresAt: now + life };
          const hasRoom = known !== undefined || model.size < maxEntries;
          if (hasRoom) {
            map.save(key, entry, now);
            model.set(key, entry);
          } else {
            assert.throws(() => map.save(key, entry, now), { code: 'store_unavailable' });
          }
        }
        if (verb === 'remove') {
          map.remove(key);
          model.delete(key);
        }
        if (verb !== 'wait') assert.equal(map.hasRoom(now), model.size < maxEntries);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('what has expired is forgotten by the calls that come, without one that takes long', () => {
  const map = new ExpiringMap<{ expiresAt: number }>(1_000_000);
  for (let i = 0; i < 10_000; i++) map.save(`early ${i}`, { expiresAt: 1 }, 0);
  const early = { expiresAt: 2 };
  map.save('last', early, 0);
  for (let i = 0; i < 10_000; i++) map.save(`late ${i}`, { expiresAt: 100 }, 2);
  // An expired entry that has been forgotten is not there again for an earlier time.
  assert.equal(map.load('early 0', 0), undefined);
  assert.equal(map.load('last', 0), undefined);
});
