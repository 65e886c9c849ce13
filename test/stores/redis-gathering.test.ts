import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGathering } from '../../src/stores/redis/gathering.js';
import type { RedisClient } from '../../src/stores/redis/scripts.js';

// A bad day: a test of an app that uses Redis puts fake timers in place, and every command times out.
test('what is gathered is sent at the end of the turn, whatever timers a test has faked', async (t) => {
  t.mock.timers.enable({ apis: ['setImmediate'] });
  let corks = 0;
  const stream = { cork: () => void corks++, uncork: () => void corks-- };
  const gather = createGathering({ isCluster: false, stream } as unknown as RedisClient);
  gather();
  gather();
  assert.equal(corks, 1);
  await nextTurn();
  assert.equal(corks, 0);
  gather();
  assert.equal(corks, 1);
});
