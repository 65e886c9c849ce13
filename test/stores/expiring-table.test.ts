import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpiringTable } from '../../src/stores/memory/expiring-table.js';
import { createKeyReader } from '../../src/stores/memory/key.js';
import { none } from '../../src/stores/memory/rows.js';

const createTag = () => randomBytes(16).toString('base64url');
const { read } = createKeyReader();

test('a table finds what a map would find, whatever is added, removed and left to expire', () => {
  // Tags, and names that are none: both are names like any other.
  const names = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? `name ${i}` : createTag()));
  const step = fc.record({
    verb: fc.constantFrom('add', 'add', 'remove', 'wait'),
    name: fc.constantFrom(...names),
    life: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1000, size: 'max' }), (steps) => {
      const table = new ExpiringTable({ maxEntries: 1000 });
      const model = new Map<string, { row: number; expiresAt: number }>();
      let now = 0;
      for (const { verb, name, life } of steps) {
        const known = model.get(name);
        const live = known && known.expiresAt > now ? known : undefined;
        assert.equal(table.find(read(name), now), live?.row ?? none);
        if (verb === 'wait') now += life;
        if (verb === 'add') {
          const row = table.findOrAdd(read(name), now + life, now);
          assert.ok(!live || live.row === row);
          model.set(name, live ?? { row, expiresAt: now + life });
          assert.equal(table.expiresAt(row), model.get(name)?.expiresAt);
        }
        if (verb === 'remove' && live) {
          table.remove(live.row);
          model.delete(name);
        }
      }
      const rows = [...model.values()].filter(({ expiresAt }) => expiresAt > now).map(({ row }) => row);
      assert.equal(new Set(rows).size, rows.length);
    }),
    { numRuns: 100 },
  );
});

test('a table keeps every entry while it grows and while it is emptied', () => {
  const names = Array.from({ length: 20_000 }, createTag);
  const cleared: number[] = [];
  const table = new ExpiringTable({ maxEntries: names.length, clear: (row) => cleared.push(row) });
  const rows = names.map((name) => table.findOrAdd(read(name), 1000, 0));
  assert.equal(new Set(rows).size, names.length);
  assert.equal(table.findOrAdd(read(createTag()), 1000, 0), none);
  for (const [index, name] of names.entries()) {
    const row = rows[index] as number;
    assert.equal(table.find(read(name), 999), row);
    if (index % 2 === 0) table.remove(row);
  }
  for (const [index, name] of names.entries()) {
    assert.equal(table.find(read(name), 999), index % 2 === 0 ? none : rows[index]);
  }
  assert.deepEqual(
    cleared,
    rows.filter((_, index) => index % 2 === 0),
  );
});

// Attack: name a challenge in another spelling of the same bytes, or in what a lenient decoder passes over.
test('a name is found under its own spelling only', () => {
  const table = new ExpiringTable({ maxEntries: 10 });
  const tag = `${'A'.repeat(20)}-g`;
  table.findOrAdd(read(tag), 1000, 0);
  const others = [
    `${'A'.repeat(20)}-h`,
    `${'A'.repeat(20)}+g`,
    `${tag}=`,
    `${tag}==`,
    ` ${tag}`,
    tag.toLowerCase(),
    `${tag}A`,
    tag.slice(1),
    `${'A'.repeat(19)}\u0141-g`,
    `${'A'.repeat(19)}\u{1d400}g`,
    '',
  ];
  for (const other of others) assert.equal(table.find(read(other), 0), none, JSON.stringify(other));
  assert.notEqual(table.find(read(tag), 0), none);
});
