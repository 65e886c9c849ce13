import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressLadder, createCountryLadder, createLadder, unitsPerSend } from '../../src/core/ladder.js';
import { guessMemorySeconds } from '../../src/core/policy.js';
import type { SpendRequest } from '../../src/count-verbs.js';
import { SharedCounts } from '../../src/stores/memory/shared-counts.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock, createManualTime } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';

const tenMinutes = 600_000;
const day = 24 * 3600 * 1000;
const memorySeconds = guessMemorySeconds;
const lengthening = { after: 10, digits: 10, maxAttempts: 3, memorySeconds };
const unlimited = { max: 1_000_000, periodSeconds: 600 };

function openFor(tag: string, changes: { bind?: boolean; newChallenge?: string; recordTag?: string } = {}) {
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
    sends: unlimited,
    lengthening,
    mute: false,
    ...changes,
  };
}

function createKit(maxEntries: number) {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, maxEntries });
  let ids = 0;
  /** Opens a code and makes one attempt on it. */
  async function tryOn(tag: string) {
    const opened = await store.open(openFor(tag));
    assert.ok(opened.status === 'opened');
    const attemptId = String(ids++);
    const attempted = await store.attempt({
      identityTag: tag,
      budgetTag: tag,
      recordTag: tag,
      attemptId,
      keyIds: ['key1'],
      verifies: unlimited,
      lengthening,
    });
    const { digits, challenge: recordChallenge } = opened.record;
    const key = { identityTag: tag, budgetTag: tag, recordTag: tag, attemptId };
    return {
      meetsShort: digits === 6 && attempted.status === 'counted',
      retract: () => store.retract?.(key),
      consume: () => store.consume({ ...key, recordChallenge }),
    };
  }
  async function countDigits(tag: string) {
    const opened = await store.open(openFor(tag));
    return opened.status === 'opened' ? opened.record.digits : 0;
  }
  return { clock, store, tryOn, countDigits };
}

describe('guess counts', () => {
  // Attack: one address guesses once at each of 7 200 invented people a day, until there is no room for another count.
  test('a flood of two weeks makes no code of anyone else long, and hides no victim', async () => {
    const { clock, tryOn, countDigits } = createKit(5000);
    for (let i = 0; i < 9; i++) {
      await tryOn('attacked before');
      clock.advance(tenMinutes);
    }
    for (let i = 0; i < 14 * 144; i++) {
      for (let j = 0; j < 50; j++) await tryOn(`invented ${i} ${j}`);
      clock.advance(tenMinutes);
    }
    for (let i = 0; i < 300; i++) {
      const tag = `new person ${i}`;
      for (let typos = 0; typos < 3; typos++) assert.ok((await tryOn(tag)).meetsShort);
      clock.advance(tenMinutes);
      assert.equal(await countDigits(tag), 6);
    }
    await tryOn('attacked before');
    clock.advance(tenMinutes);
    assert.equal(await countDigits('attacked before'), 10);
    for (const tag of ['attacked now', 'attacked as well']) {
      for (let i = 0; i < 10; i++) {
        clock.advance(tenMinutes);
        await tryOn(tag);
      }
      clock.advance(tenMinutes);
      assert.equal(await countDigits(tag), 10);
    }
    // Forgotten in the end, although not to the day.
    clock.advance(150 * day);
    assert.equal(await countDigits('attacked now'), 6);
  });

  // Attack: wait until there is room again, so that one's guesses at a victim without room start at zero.
  test('without room for a count, no identity gets more guesses at short codes than with room', async () => {
    const step = fc.record({
      verb: fc.constantFrom('wrong', 'wrong', 'wrong', 'wrong', 'lost', 'right', 'wait'),
      tag: fc.integer({ min: 0, max: 7 }).map((i) => `identity ${i}`),
      times: fc.integer({ min: 1, max: 6 }),
      days: fc.constantFrom(1, 20, 60, 100),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }), async (steps) => {
        const { clock, tryOn, countDigits } = createKit(3);
        // What an unbounded store would count: all of a period, from the first wrong guess on.
        const counted = new Map<string, { guesses: number; until: number }>();
        for (const { verb, tag, times, days } of steps) {
          if (verb === 'wait') clock.advance(days * day);
          for (let i = 0; verb !== 'wait' && i < times; i++) {
            clock.advance(tenMinutes);
            const { meetsShort, retract, consume } = await tryOn(tag);
            if (!meetsShort) continue;
            const known = counted.get(tag);
            const fresh = { guesses: 0, until: clock() + memorySeconds * 1000 };
            const count = known && known.until > clock() ? known : fresh;
            assert.ok(count.guesses < lengthening.after, `an eleventh guess at ${tag}`);
            if (verb === 'lost') assert.equal(await retract(), true);
            if (verb === 'right') assert.ok(await consume());
            if (verb === 'wrong') counted.set(tag, { ...count, guesses: count.guesses + 1 });
          }
        }
        clock.advance(151 * day);
        for (let i = 0; i < 8; i++) {
          assert.equal(await countDigits(`identity ${i}`), 6);
          clock.advance(tenMinutes);
        }
      }),
      { numRuns: 60, seed: 14 },
    );
  });
});

describe('a guess count that found no room', () => {
  async function createFullKit() {
    const kit = createKit(3);
    for (let i = 0; i < 3; i++) await kit.tryOn(`in the way ${i}`);
    kit.clock.advance(30 * day);
    return kit;
  }

  // Attack: guess while there is no room, and again when there is some.
  test('continues when there is room again', async () => {
    const { clock, tryOn, countDigits } = await createFullKit();
    for (let i = 0; i < 7; i++) {
      await tryOn('victim');
      clock.advance(tenMinutes);
    }
    clock.advance(20 * day);
    assert.ok((await tryOn('victim')).meetsShort);
    clock.advance(tenMinutes);
    assert.equal(await countDigits('victim'), 10);
  });

  test('does not make codes long by guesses that were right or lost', async () => {
    const { clock, tryOn, countDigits } = await createFullKit();
    for (let i = 0; i < 20; i++) {
      const { retract, consume } = await tryOn('owner');
      await (i % 2 === 0 ? retract() : consume());
      clock.advance(tenMinutes);
    }
    assert.equal(await countDigits('owner'), 6);
  });
});

test('shared counters mislead as often as the page says', () => {
  // A thousandth of the counters, and of the guesses of 69 days.
  const size = 2 ** 13;
  const countMisled = (addresses: number) => {
    const counts = new SharedCounts(size, guessMemorySeconds);
    const guesses = (addresses * 14_400 * 69) / 1024;
    for (let i = 0; i < guesses; i++) counts.add(`guessed at ${i}`, 0);
    let misled = 0;
    for (let i = 0; i < 20_000; i++) if (counts.count(`new ${i}`, 0) >= 8) misled += 1;
    return misled / 20_000;
  };
  assert.equal(countMisled(1), 0);
  assert.ok(countMisled(10) < 0.001);
  const ofSite = countMisled(16);
  assert.ok(ofSite < 0.004, `${ofSite}`);
  const ofMany = countMisled(37);
  assert.ok(ofMany > 0.04 && ofMany < 0.12, `${ofMany}`);
});

const ask = { max: 50, periodSeconds: 600 };

describe('networks', () => {
  // Attack: come from so many networks that there is no room for another.
  test('a flood of networks is limited one by one, and refuses no one else', async () => {
    const { clock, store } = createKit(1000);
    const isAllowed = async (key: string) => (await store.hit(key, ask)).allowed;
    for (let i = 0; i < 10_004; i++) assert.ok(await isAllowed(`flood ${i}`));
    for (let i = 0; i < 500; i++) {
      const key = `new network ${i}`;
      let allowed = 0;
      while (allowed < 60 && (await isAllowed(key))) allowed += 1;
      // Some of the counters are shared.
      assert.ok(allowed >= 45 && allowed <= 50, `${allowed} of 50`);
      const refused = await store.hit(key, ask);
      assert.ok(!refused.allowed && refused.retryAfterMs > 0 && refused.retryAfterMs <= 900_000);
    }
    clock.advance(900_000);
    for (let i = 0; i < 1000; i++) assert.ok(await isAllowed(`flood ${i}`));
  });

  // Attack: fill the table and empty it, to start one's own limit again.
  test('whether there is room or not, no network exceeds its limit in any period, nor does its /48', async () => {
    const step = fc.record({
      network: fc.nat(9),
      times: fc.integer({ min: 1, max: 5 }),
      seconds: fc.constantFrom(0, 0, 1, 200, 300, 599, 600),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
        const { clock, store } = createKit(4);
        const allowed: { network: number; at: number }[] = [];
        for (const { network, times, seconds } of steps) {
          clock.advance(seconds * 1000);
          for (let i = 0; i < times; i++) {
            const site = network % 2;
            const limit = { max: 3, periodSeconds: 600 };
            const hit = await store.hit(`network ${network}`, limit, { key: `site ${site}`, max: 7 });
            if (!hit.allowed) continue;
            allowed.push({ network, at: clock() });
            const recent = allowed.filter(({ at }) => at > clock() - tenMinutes);
            assert.ok(recent.filter((one) => one.network === network).length <= 3);
            assert.ok(recent.filter((one) => one.network % 2 === site).length <= 7);
          }
        }
      }),
      { numRuns: 100, seed: 14 },
    );
  });

  /** Of keys that have hits and units. */
  const limit = { max: 2, periodSeconds: 600, opensRecords: true };
  const ladder = createLadder(day / 1000, { max: 4 }, { max: 4 });
  const hitOf = (key: string) => ({ limitName: 'request_ip' as const, key, limit, group: undefined });
  const unitsOf = (key: string) => ({ slot: key, rows: [{ limit: 'request_ip_day' as const, key, ladder }] });
  const spendOf = (key: string) => ({ ...unitsOf(key), isOnSecondStep: false, isEnforced: true });
  const refundOf = (key: string, atMs: number) => ({
    ...unitsOf(key),
    atMs,
    units: unitsPerSend,
    isSignIn: false,
  });

  test('a key that has hits and units of its own exceeds neither limit, whatever ends or is given back', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      verb: fc.constantFrom('hit', 'spend', 'spend', 'units', 'refund'),
      seconds: fc.constantFrom(0, 0, 0, 1, 300, 600, 3600, 25 * 3600),
    });
    let counted = 0;
    let givenBack = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
        const { clock, store } = createKit(4);
        let hits: { key: string; at: number }[] = [];
        let sends: { key: string; at: number }[] = [];
        for (const { key, verb, seconds } of steps) {
          clock.advance(seconds * 1000);
          const now = clock();
          if (verb === 'refund') {
            const back = sends.find((send) => send.key === key);
            sends = sends.filter((send) => send !== back);
            if (back) givenBack += 1;
            if (back) await store.refund?.(refundOf(key, back.at));
            continue;
          }
          const hasHit = verb !== 'units';
          const isAllowed =
            verb === 'hit'
              ? (await store.hit(key, limit)).allowed
              : (await store.spend?.({ ...spendOf(key), hit: hasHit ? hitOf(key) : undefined }))?.status ===
                'counted';
          if (!isAllowed) continue;
          counted += 1;
          if (hasHit) hits.push({ key, at: now });
          if (verb !== 'hit') sends.push({ key, at: now });
          hits = hits.filter(({ at }) => at > now - tenMinutes);
          sends = sends.filter(({ at }) => at > now - day);
          assert.ok(hits.filter((one) => one.key === key).length <= 2);
          assert.ok(sends.filter((one) => one.key === key).length <= 4);
        }
      }),
      { numRuns: 100, seed: 15 },
    );
    assert.ok(counted > 1000 && givenBack > 50);
  });

  test('hits that were shared still count once the key has an entry for its units', async () => {
    const { clock, store } = createKit(1);
    await store.hit('other', limit);
    clock.advance(tenMinutes / 2);
    for (let i = 0; i < 2; i++) assert.equal((await store.hit('late', limit)).allowed, true);
    clock.advance(tenMinutes / 2);
    assert.equal((await store.spend?.(spendOf('late')))?.status, 'counted');
    assert.equal((await store.hit('late', limit)).allowed, false);
  });

  test('a key whose units are given back makes room as soon as its hits are over', async () => {
    const { clock, store } = createKit(1);
    const spent = await store.spend?.({ ...spendOf('first'), hit: hitOf('first') });
    assert.ok(spent?.status === 'counted');
    await store.refund?.(refundOf('first', spent.atMs));
    assert.equal((await store.spend?.(spendOf('second')))?.status, 'limited');
    clock.advance(tenMinutes);
    assert.equal((await store.spend?.(spendOf('second')))?.status, 'counted');
  });
});

describe('pending codes', () => {
  const people = (count: number) => Array.from({ length: count }, (_, i) => `person${i}@example.com`);

  function createService(maxEntries: number) {
    const time = createManualTime();
    const store = createMemoryStore({ clock: time.clock, maxEntries });
    return createTestOtp({ store, time });
  }

  /** Each network asks for codes of invented people, as often as it may. */
  async function flood(kit: ReturnType<typeof createService>, networks: string[], times: number) {
    for (let i = 0; i < times; i++) {
      for (const ip of networks) {
        const { status } = await kit.otp.request(`${i}.${ip}@flood.example`.replaceAll(':', '-'), { ip });
        assert.ok(status === 'sent' || status === 'rate_limited', status);
      }
    }
  }

  async function expectServed(kit: ReturnType<typeof createService>, networks: string[]) {
    for (const [i, identity] of people(networks.length).entries()) {
      const code = await kit.obtain(identity, { ip: networks[i] });
      assert.equal((await kit.otp.verify(identity, code, { ip: networks[i] })).status, 'valid');
    }
  }

  const others = Array.from({ length: 100 }, (_, i) => `203.0.${113 + (i % 3)}.${i}`);

  // Attack: 500 networks ask for 50 codes each, which is five times what the store has room for.
  test('a flood from IPv4 addresses leaves room for everyone else', async () => {
    const kit = createService(5000);
    await flood(
      kit,
      Array.from({ length: 500 }, (_, i) => `198.18.${i >> 8}.${i & 255}`),
      50,
    );
    await expectServed(kit, others);
  });

  // Attack: the same from all the /64s of a few /48s, and from all the /48s of a /32.
  test('a flood from IPv6 networks leaves room for everyone else', async () => {
    for (const createNetwork of [
      (i: number) => `2001:db8:${i % 3}:${i.toString(16)}::1`,
      (i: number) => `2001:db8:${i.toString(16)}::1`,
    ]) {
      const kit = createService(3000);
      await flood(
        kit,
        Array.from({ length: 2000 }, (_, i) => createNetwork(i)),
        5,
      );
      await expectServed(kit, others);
    }
  });

  // Attack: many aliases, purposes and channels of one address instead of many people.
  test('a flood of aliases and bound codes from one network takes little of the room', async () => {
    const kit = createService(1000);
    for (let i = 0; i < 2000; i++) {
      const result = await kit.otp.request(`me+${i % 700}@flood.example`, { ip: '198.51.100.1', bind: true });
      assert.ok(result.status === 'sent' || result.status === 'rate_limited', result.status);
    }
    await expectServed(kit, others);
  });

  test('networks that ask as often as they may get what the page says, and leave the rest', async () => {
    // A hundredth of the networks, and of the room.
    const room = 2500;
    async function floodFrom(networks: number, requests: number, areSites: boolean) {
      const { store } = createKit(room);
      const limit = { max: 50, periodSeconds: 600, opensRecords: true };
      const ask = async (network: string, request: number) => {
        const group = { key: network, max: 800 };
        const hit = areSites
          ? await store.hit(`${network} ${request}`, limit, group)
          : await store.hit(network, limit);
        if (hit.allowed) assert.equal((await store.open(openFor(`${network} ${request}`))).status, 'opened');
        return hit.allowed;
      };
      let opened = 0;
      for (let i = 0; i < requests; i++) {
        for (let j = 0; j < networks; j++) if (await ask(`network ${j}`, i)) opened += 1;
      }
      for (let i = opened; i < room; i++) assert.ok(await ask(`new network ${i}`, 0));
      assert.equal((await store.hit('one more', limit)).allowed, true);
      await assert.rejects(store.open(openFor('one more')), { code: 'store_unavailable' });
      return { each: opened / networks, free: 1 - opened / room };
    }
    const ipv4 = await floodFrom(100, 60, false);
    assert.ok(
      ipv4.each > 17 && ipv4.each <= 18 && ipv4.free > 0.28 && ipv4.free < 0.31,
      JSON.stringify(ipv4),
    );
    const ipv6 = await floodFrom(655, 20, true);
    assert.ok(ipv6.each > 3 && ipv6.each <= 4 && ipv6.free > 0.1 && ipv6.free < 0.14, JSON.stringify(ipv6));
  });

  test('limits are whole again when the flood is over', async () => {
    const kit = createService(500);
    await flood(
      kit,
      Array.from({ length: 400 }, (_, i) => `198.18.${i >> 8}.${i & 255}`),
      3,
    );
    kit.clock.advance(tenMinutes);
    for (const identity of people(50)) await kit.obtain(identity, { ip: '203.0.113.1' });
  });

  // Attack: one identity whose limit is wide opens bound codes, each of which takes as much memory as another identity.
  test('every pending code counts, however many of them one identity has', async () => {
    const { clock, store } = createKit(100);
    const openBound = (i: number) => store.open(openFor('me', { bind: true, newChallenge: `${i}` }));
    for (let i = 0; i < 100; i++) assert.equal((await openBound(i)).status, 'opened');
    await assert.rejects(openBound(100), { code: 'store_unavailable' });
    // Verifies take no room, so a full table leaves their limits alone.
    for (let i = 0; i < 50; i++) assert.equal((await store.hit('verifies', ask)).allowed, true);
    await assert.rejects(store.open(openFor('me', { recordTag: 'payment' })), { code: 'store_unavailable' });
    const key = { identityTag: 'me', budgetTag: 'me', recordTag: 'me', challenge: '7', recordChallenge: '7' };
    assert.ok(await store.consume(key));
    assert.equal((await store.open(openFor('someone'))).status, 'opened');
    await assert.rejects(openBound(101), { code: 'store_unavailable' });
    await store.clear?.({ ...key, records: true, counts: false, signOutSeconds: 0 });
    for (let i = 0; i < 99; i++) assert.equal((await openBound(i)).status, 'opened');
    clock.advance(tenMinutes);
    for (let i = 0; i < 99; i++) assert.equal((await openBound(i)).status, 'opened');
  });
});

// Attack: send to so many people and from so many addresses that those of somebody else are no longer counted.
test('without room for another count of a day, sends take the second step, but those to a country', async () => {
  const { store } = createKit(100);
  const spend = async (request: Partial<SpendRequest>, isOnSecondStep = false) => {
    const common = { slot: 'slot', rows: [], isEnforced: true };
    const answer = await store.spend?.({ ...common, ...request, isOnSecondStep });
    return answer?.status === 'limited' && answer.isHelpedByCheck ? 'helped' : answer?.status;
  };
  const address = (i: number) => ({ limit: 'request_ip_day', key: `${i}`, ladder: addressLadder }) as const;
  const place = (i: number) =>
    ({ limit: 'phone_country', key: `${i}`, place: 'DE', max: 3, periodSeconds: 86_400 }) as const;
  for (let i = 0; i < 100; i++) assert.equal(await spend({ rows: [address(i)], place: place(i) }), 'counted');
  for (const request of [{ rows: [address(100)] }, { place: place(100) }]) {
    assert.equal(await spend(request), 'helped');
    assert.equal(await spend(request, true), 'counted');
  }
  assert.equal(await spend({ rows: [address(0)], place: place(0) }), 'counted');
  const country = {
    limit: 'phone_country',
    key: 'DE',
    ladder: createCountryLadder(4),
    isGrowing: true,
  } as const;
  for (let i = 0; i < 4; i++) assert.equal(await spend({ rows: [country] }), 'counted');
  assert.equal(await spend({ rows: [country] }), 'helped');
});

// Attack: sign in so often that there is no room for another kept sign-in.
test('the sign-in unused for longest gives way to a new one, and its token is refused', async () => {
  const { store } = createKit(100);
  const start = (family: string) =>
    store.exchange({ family, presented: null, next: 'first', ttlSeconds: 3600 });
  const use = (family: string) =>
    store.exchange({ family, presented: 'first', next: 'first', ttlSeconds: 3600 });
  await start('idle');
  await start('in use');
  for (let i = 0; i < 1000; i++) {
    assert.equal(await start(`flood ${i}`), 'exchanged');
    if (i % 50 === 0) assert.equal(await use('in use'), 'exchanged');
  }
  assert.equal(await use('idle'), 'unknown');
});

// Attack: revoke so many tokens of one's own that a stolen one can be used again.
test('without room for another revocation the call fails, and none is forgotten', async () => {
  const { store } = createKit(100);
  for (let i = 0; i < 100; i++) assert.equal(await store.claim(`token ${i}`, 900), true);
  await assert.rejects(store.claim('one more', 900), { code: 'store_unavailable' });
  for (let i = 0; i < 100; i++) assert.equal(await store.claimed(`token ${i}`), true);
});

test('an operator can forget the guesses at one identity without room, and at no other', async () => {
  const { clock, store, tryOn, countDigits } = createKit(3);
  const tags = ['in the way', 'as well', 'another', 'mine', 'yours'];
  for (const tag of tags) {
    for (let i = 0; i < 10; i++) {
      clock.advance(tenMinutes);
      await tryOn(tag);
    }
  }
  clock.advance(tenMinutes);
  const clear = () =>
    store.clear?.({
      identityTag: 'mine',
      budgetTag: 'mine',
      records: false,
      counts: true,
      signOutSeconds: 0,
    });
  await assert.rejects(async () => clear(), { code: 'store_unavailable' });
  await store.clear?.({
    identityTag: 'another',
    budgetTag: 'another',
    records: false,
    counts: true,
    signOutSeconds: 0,
  });
  await clear();
  assert.equal(await countDigits('mine'), 6);
  assert.equal(await countDigits('yours'), 10);
  // Longer than guesses count, but not than they may be in a counter.
  clock.advance(50 * day);
  assert.equal(await countDigits('mine'), 6);
});
