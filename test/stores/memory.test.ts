import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityLadder } from '../../src/core/ladder.js';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { describeStore, type StoreHarness } from '../../src/testing/index.js';
import { createManualClock } from '../helpers/clock.js';

async function createHarness(): Promise<StoreHarness> {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  return {
    connect: async () => store,
    advance: async (ms) => clock.advance(ms),
    close: () => store.close(),
  };
}

describeStore('the memory store', createHarness);

const lengthening = { after: 10, digits: 10, maxAttempts: 2, memorySeconds: 8_640_000 };
const sends = { max: 5, periodSeconds: 600 };

function openFor(tag: string) {
  return {
    identityTag: tag,
    budgetTag: tag,
    recordTag: tag,
    bind: false,
    newChallenge: 'AAAAAAAAAAAAAAAAAAAAAA',
    keyIds: ['key1'] as const,
    channel: 'email' as const,
    digits: 6,
    windowSeconds: 300,
    maxAttempts: 5,
    resend: 'reuse' as const,
    cooldownSeconds: 0,
    staleSeconds: 60,
    sends,
    lengthening,
    mute: false,
  };
}

function attemptFor(tag: string) {
  return {
    identityTag: tag,
    budgetTag: tag,
    recordTag: tag,
    keyIds: ['key1'] as const,
    verifies: sends,
    lengthening,
  };
}

// Attack: a flood of invented identities pushes the victim's record and counters out of a bounded table.
test('a flood is refused when the store is full, and nobody already in it is forgotten', async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, maxEntries: 100 });
  await store.open(openFor('victim'));
  await store.attempt(attemptFor('victim'));
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    await store.open(openFor(`flood ${i}`)).catch((error) => {
      assert.equal(error.code, 'store_unavailable');
      refused += 1;
    });
  }
  assert.equal(refused, 901);
  const result = await store.attempt(attemptFor('victim'));
  assert.ok(result.status === 'counted' && result.attemptsLeft === 3);
  assert.equal((await store.open(openFor('victim'))).status, 'opened');

  clock.advance(600_000);
  assert.equal((await store.open(openFor('after the flood'))).status, 'opened');
});

test('what has expired is cleaned up by the calls that come', async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, maxEntries: 1000 });
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 900; i++) assert.equal((await store.open(openFor(`${round} ${i}`))).status, 'opened');
    clock.advance(600_000);
  }
});

// Attack: ask for codes of many people, whose sends of the day then take the room of other people's codes.
test('sends of a day are remembered for a day, and take no room from pending codes', async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, maxEntries: 100 });
  const day = {
    ladder: identityLadder,
    isOnSecondStep: false,
    canBeAsked: false,
    isEnforced: true,
    isPaid: true,
    network: 'network',
    receipt: '',
  };
  const ask = async (tag: string, isOnSecondStep = false) =>
    (await store.open({ ...openFor(tag), day: { ...day, isOnSecondStep } })).status;
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 100; j++) assert.equal(await ask(`early ${j}`), 'opened');
    await assert.rejects(ask('one more', true), { code: 'store_unavailable' });
    clock.advance(600_000);
  }
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 100; i++) {
      assert.equal(await ask(`early ${i}`), 'limited');
      assert.equal(await ask(`late ${round} ${i}`), 'limited');
      assert.equal(await ask(`late ${round} ${i}`, true), 'opened');
    }
    clock.advance(600_000);
  }
  clock.advance(86_400_000);
  // Calls clean up a little each.
  await ask('first of the day', true);
  for (let i = 0; i < 99; i++) assert.equal(await ask(`next day ${i}`), 'opened');
});

test('a full table finds room as soon as something in it has expired', async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, maxEntries: 5000 });
  for (let i = 0; i < 4999; i++) await store.open(openFor(`early ${i}`));
  clock.advance(599_000);
  await store.open(openFor('late'));
  await assert.rejects(store.open(openFor('one more')), { code: 'store_unavailable' });
  clock.advance(1_000);
  for (let i = 0; i < 4999; i++) assert.equal((await store.open(openFor(`next ${i}`))).status, 'opened');
});

// Attack: come back the moment before something is forgotten.
test('everything lasts exactly as long as it should, to the millisecond', async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock }) as Required<Store>;
  async function mustLast(seconds: number, isThere: () => Promise<boolean>) {
    clock.advance(seconds * 1000 - 1);
    assert.equal(await isThere(), true, isThere.toString());
    clock.advance(1);
    assert.equal(await isThere(), false, isThere.toString());
  }
  const limit = { max: 1, periodSeconds: 600 };
  const open = async (changes: object) => (await store.open({ ...openFor('me'), ...changes })).status;
  const attempt = async (changes = {}) => (await store.attempt({ ...attemptFor('me'), ...changes })).status;

  await store.hit('network', limit);
  await mustLast(600, async () => !(await store.hit('network', limit)).allowed);
  await store.claim('token', 900);
  await mustLast(900, () => store.claimed('token'));
  const family = { family: 'family', next: 'first', ttlSeconds: 3600 };
  await store.exchange({ ...family, presented: null });
  await mustLast(3600, async () => (await store.exchange({ ...family, presented: 'first' })) === 'exchanged');

  await open({ sends: limit });
  await mustLast(300, async () => (await attempt()) === 'counted');
  await mustLast(300, async () => (await open({ sends: limit })) === 'limited');
  await mustLast(60, async () => (await open({ cooldownSeconds: 60 })) === 'limited');
  await open({ windowSeconds: 900, resend: 'rotate' });
  await attempt();
  await mustLast(600, async () => (await attempt({ verifies: limit })) === 'limited');

  const key = { identityTag: 'other', budgetTag: 'other' };
  await store.open(openFor('other'));
  await store.attempt(attemptFor('other'));
  const inspect = () => store.inspect({ ...key, periodSeconds: 600 });
  await mustLast(lengthening.memorySeconds, async () => (await inspect()).guesses === 1);
  await store.clear({ ...key, records: false, counts: false, signOutSeconds: 3600 });
  await mustLast(3600, () => store.ended({ ...key, names: [], authTimeSeconds: 0 }));
});

test('its own clock is not moved by setting the time of the system', async (t) => {
  const store = createMemoryStore();
  const now = Date.now();
  await store.open(openFor('somebody'));
  t.mock.method(Date, 'now', () => now + 3_600_000);
  assert.equal((await store.attempt(attemptFor('somebody'))).status, 'counted');
});

test('a bound on entries that makes no sense is refused', () => {
  assert.throws(() => createMemoryStore({ maxEntries: 0 }), /maxEntries must be a whole number from 1 to/);
});
