import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpiringMap } from '../../src/stores/memory/expiring-map.js';

const maxEntries = 20;

// Attack: fill a bounded map until it forgets what counts against the attacker.
test('it holds what a plain map would hold, and refuses only when full of live entries', () => {
  const step = fc.record({
    verb: fc.constantFrom('save', 'add', 'extend', 'remove', 'wait'),
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
        if (verb === 'save' || (verb === 'add' && !known)) {
          const entry = { expiresAt: now + life };
          const hasRoom = known !== undefined || model.size < maxEntries;
          if (hasRoom) {
            map[verb](key, entry, now);
            model.set(key, entry);
          } else {
            assert.throws(() => map[verb](key, entry, now), { code: 'store_unavailable' });
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

// Attack: fill the map with entries that are kept for long after they expired, until there is no room for new ones.
test('what outlives its expiry weighs nothing, and no more of it starts than the map has room for', () => {
  interface Kept {
    expiresAt: number;
    weight: number;
    keptUntil: number;
  }
  const step = fc.record({
    verb: fc.constantFrom('save', 'save', 'add', 'shrink', 'wait'),
    key: fc.integer({ min: 0, max: 3 * maxEntries }).map(String),
    weight: fc.integer({ min: 1, max: 2 }),
    life: fc.integer({ min: 1, max: 100 }),
    kept: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const map = new ExpiringMap<Kept>(maxEntries, ({ keptUntil }, now) => keptUntil > now);
      const model = new Map<string, Kept>();
      let now = 0;
      const weigh = ({ expiresAt, weight }: Kept) => (expiresAt > now ? weight : 0);
      for (const { verb, key, weight, life, kept } of steps) {
        for (const [name, { expiresAt, keptUntil }] of model)
          if (Math.max(expiresAt, keptUntil) <= now) model.delete(name);
        const known = model.get(key);
        assert.equal(map.load(key, now), known);
        if (known) assert.equal(known.weight, weigh(known));
        const used = [...model.values()].reduce((sum, entry) => sum + weigh(entry), 0);
        if (verb === 'wait') now += life;
        if (verb === 'shrink' && known && weigh(known) > 1) map.shrink(known, 1);
        if (verb === 'save' || (verb === 'add' && !known)) {
          const entry = known ?? { expiresAt: 0, weight: 1, keptUntil: 0 };
          const save = () => map[verb](key, entry, now, weight);
          if (used >= maxEntries && weight > (known ? weigh(known) : 0)) {
            assert.throws(save, { code: 'store_unavailable' });
          } else {
            const isKept = (known !== undefined && known.keptUntil > now) || map.hasRoom(now);
            save();
            entry.expiresAt = Math.max(entry.expiresAt, now + life);
            if (isKept) entry.keptUntil = Math.max(entry.keptUntil, now + kept);
            model.set(key, entry);
          }
        }
        assert.ok([...model.values()].filter(({ keptUntil }) => keptUntil > now).length <= maxEntries);
        assert.ok(model.size <= 2 * maxEntries);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});
