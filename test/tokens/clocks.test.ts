import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const start = 1_795_290_000_000;

test('a fresh token is active at an instance whose clock is behind, up to five minutes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (behindSeconds) => {
      const store = createMemoryStore({ clock: createManualClock(start) });
      const issuer = createTestTokens({ store, clock: createManualClock(start) });
      const checker = createTestTokens({ store, clock: createManualClock(start - behindSeconds * 1000) });
      const { accessToken } = await issuer.tokens.issue(grant);
      const { active } = await checker.tokens.check(accessToken);
      assert.equal(active, behindSeconds <= 300, `${behindSeconds} s behind`);
    }),
    { seed: 12, examples: [[0], [10], [30], [60], [300], [301]] },
  );
});

test('an instance whose clock is ahead ends a token that much earlier, and no later', async () => {
  const issuer = createTestTokens({ clock: createManualClock(start) });
  const { accessToken, expiresInSeconds } = await issuer.tokens.issue(grant);
  for (const [aheadSeconds, expected] of [
    [30, true],
    [expiresInSeconds - 1, true],
    [expiresInSeconds, false],
  ] as const) {
    const { tokens } = createTestTokens({ clock: createManualClock(start + aheadSeconds * 1000) });
    assert.equal((await tokens.check(accessToken)).active, expected, `${aheadSeconds} s ahead`);
  }
});
