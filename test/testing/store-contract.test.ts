import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { describeStore } from '../../src/testing/index.js';
import { optionalVerbs } from '../../src/testing/store.js';
import { createManualClock } from '../helpers/clock.js';
import { createDocsFolder } from '../helpers/docs.js';

const folder = createDocsFolder();
after(() => rmSync(folder, { recursive: true }));

describeStore(
  'a store with nothing optional',
  async () => {
    const clock = createManualClock();
    const store: Store = { ...createMemoryStore({ clock }) };
    for (const verb of optionalVerbs) delete store[verb];
    return {
      connect: async () => store,
      advance: async (ms) => clock.advance(ms),
      close: () => store.close(),
    };
  },
  { without: optionalVerbs },
);

/** The tests of the contract that a memory store with this change fails. */
function findFailures(change: string): string[] {
  const file = join(folder, 'broken.test.mjs');
  writeFileSync(
    file,
    `import { createMemoryStore } from 'stateless-otp/stores/memory';
import { describeStore } from 'stateless-otp/testing';
describeStore('a broken store', async () => {
  let now = 0;
  const store = createMemoryStore({ clock: () => now });
  return {
    connect: async () => ({ ...store, ${change} }),
    advance: async (ms) => void (now += ms),
    close: () => store.close(),
  };
});
`,
  );
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 26,
  });
  return [...stdout.matchAll(/^ +not ok \d+ - (.*)$/gm)].map(([, title = '']) => title);
}

test('a code that two callers can use is found', () => {
  const failures = findFailures('consume: async () => true');
  assert.ok(failures.includes('is true for exactly one of many callers, ever'), failures.join('\n'));
});

test('a verb that is said to be there and is not is found', () => {
  const failures = findFailures('inspect: undefined');
  const title = 'it has the optional verbs, except those that it is said to be without';
  assert.ok(failures.includes(title), failures.join('\n'));
});
