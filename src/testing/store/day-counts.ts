import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCountryLadder, daySeconds, unitsPerSend } from '../../core/ladder.js';
import type { SpendRequest, SpendResult } from '../../count-verbs.js';
import { loadFastCheck } from '../load-fast-check.js';
import { createLadder, createPlace, createRow, createSpend } from './spend-requests.js';
import { type CreateStoreHarness, createTag, useStore } from './subject.js';

const hourMs = 3_600_000;

/** The counts over a day that every store with `spend` has. */
export function describeDayCounts(createHarness: CreateStoreHarness): void {
  describe('sends over a day', () => {
    const subject = useStore(createHarness);

    /** How many of these sends are counted. */
    async function count(request: SpendRequest, times: number): Promise<number> {
      let counted = 0;
      for (let i = 0; i < times; i++)
        if ((await subject.store.spend(request)).status === 'counted') counted += 1;
      return counted;
    }
    const mustSpend = async (request: SpendRequest) => expectCounted(await subject.store.spend(request));

    test('at most the figure in any day, and always up to it when a day and an hour were quiet', async () => {
      const fc = await loadFastCheck();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 25 }), async (hours) => {
          const request = createSpend([createRow(createLadder(3, 3))]);
          const counted: number[] = [];
          let now = 0;
          for (const gap of hours) {
            await subject.advance(gap * hourMs);
            now += gap;
            const result = await subject.store.spend(request);
            if (counted.filter((at) => at > now - 24).length >= 3) assert.equal(result.status, 'limited');
            if (counted.filter((at) => at >= now - 25).length < 3) assert.equal(result.status, 'counted');
            if (result.status === 'counted') counted.push(now);
            else assert.ok(result.retryAfterMs > 0 && result.retryAfterMs <= 25 * hourMs);
          }
        }),
        { numRuns: 20, seed: 1 },
      );
    });

    test('what is refused fits once the time that was named has passed', async () => {
      const request = createSpend([createRow(createLadder(2, 2))]);
      await mustSpend(request);
      await subject.advance(5 * hourMs);
      await mustSpend(request);
      const refused = expectLimited(await subject.store.spend(request));
      await subject.advance(refused.retryAfterMs - 60_000);
      assert.equal((await subject.store.spend(request)).status, 'limited');
      await subject.advance(60_000);
      assert.equal((await subject.store.spend(request)).status, 'counted');
      assert.equal((await subject.store.spend(request)).status, 'limited');
    });

    test('the second step has room for more, and only the first says that a check would help', async () => {
      const request = createSpend([createRow(createLadder(2, 3))]);
      const second = { ...request, isOnSecondStep: true };
      assert.equal(await count(request, 5), 2);
      assert.equal(expectLimited(await subject.store.spend(request)).isHelpedByCheck, true);
      assert.equal(await count(second, 5), 1);
      assert.equal(expectLimited(await subject.store.spend(second)).isHelpedByCheck, false);
      assert.equal(expectLimited(await subject.store.spend(request)).isHelpedByCheck, false);
    });

    test('a row that refuses keeps the others from counting, and is named', async () => {
      const wide = createRow(createLadder(100, 100), { limit: 'phone_country' });
      const narrow = createRow(createLadder(1, 1), { limit: 'phone_prefix' });
      const slot = createTag();
      const both = createSpend([wide, narrow], { slot });
      assert.equal(await count(both, 10), 1);
      assert.equal(expectLimited(await subject.store.spend(both)).limit, 'phone_prefix');
      assert.equal(await count(createSpend([wide], { slot }), 200), 99);
    });

    // Attack: use up what many share from a single network.
    test('past a part of a figure one network gets its part, and the others the rest', async () => {
      const row = createRow(createLadder(20, 60, { max: 5, from: 10 }), { limit: 'phone_prefix' });
      const slot = createTag();
      const from = (network: string | undefined) => createSpend([{ ...row, network }], { slot });
      assert.equal(await count(from('one'), 30), 10);
      assert.equal(expectLimited(await subject.store.spend(from('one'))).limit, 'phone_prefix');
      assert.equal(await count(from('two'), 30), 5);
      assert.equal(await count(from(undefined), 30), 5);
      assert.equal(await count(from('three'), 30), 0);
    });

    test('rows that do not refuse count all the same, and say what they would have refused', async () => {
      const request = createSpend([createRow(createLadder(2, 3))], { isEnforced: false });
      assert.equal((await mustSpend(request)).exceeded, undefined);
      assert.equal((await mustSpend(request)).exceeded, undefined);
      for (let i = 0; i < 5; i++) assert.equal((await mustSpend(request)).exceeded, 'request_ip_day');
      assert.equal((await subject.store.spend({ ...request, isEnforced: true })).status, 'limited');
    });

    test('what is given back can be spent again, and nothing falls below zero', async () => {
      const row = createRow(createLadder(4, 4, { max: 4, from: 0 }), { network: 'one' });
      const request = createSpend([row]);
      const { atMs } = await mustSpend(request);
      const given = { slot: request.slot, rows: [row], atMs, units: unitsPerSend, isSignIn: false };
      assert.equal(await count(request, 9), 3);
      await subject.store.refund(given);
      assert.equal(await count(request, 9), 1);
      for (let i = 0; i < 20; i++) await subject.store.refund(given);
      assert.equal(await count(request, 9), 4);
      // What is no longer counted cannot be given back.
      await subject.advance(26 * hourMs);
      assert.equal(await count(request, 9), 4);
      await subject.store.refund(given);
      assert.equal(await count(request, 9), 0);
    });

    test('a send of which a fifth stays counted costs a fifth', async () => {
      const row = createRow(createLadder(4, 4));
      const request = createSpend([row]);
      let sends = 0;
      for (let i = 0; i < 100; i++) {
        const result = await subject.store.spend(request);
        if (result.status !== 'counted') continue;
        sends += 1;
        const { atMs } = result;
        await subject.store.refund({
          slot: request.slot,
          rows: [row],
          atMs,
          units: unitsPerSend - 1,
          isSignIn: true,
        });
      }
      // The last send of the four needs room for a whole one.
      assert.equal(sends, 3 * unitsPerSend + 1);
    });

    test('a growing row follows its best day of sign-ins for fourteen days, on both steps', async () => {
      const row = createRow(createCountryLadder(4), { limit: 'phone_country', isGrowing: true });
      const request = createSpend([row]);
      const second = { ...request, isOnSecondStep: true };
      for (let i = 0; i < 10; i++) {
        const { atMs } = await mustSpend(second);
        await subject.store.refund({
          slot: request.slot,
          rows: [row],
          atMs,
          units: unitsPerSend,
          isSignIn: true,
        });
      }
      assert.equal(await count(request, 50), 10);
      assert.equal(await count(second, 50), 20);
      await subject.advance(12 * daySeconds * 1000);
      assert.equal(await count(request, 50), 10);
      await subject.advance(3 * daySeconds * 1000);
      assert.equal(await count(request, 50), 4);
    });

    // Attack: send to every country there is, a little to each.
    test('the first places are free, and each further one is of the second step', async () => {
      const slot = createTag();
      const key = createTag();
      const to = (place: string, isOnSecondStep = false): SpendRequest =>
        createSpend([], { slot, isOnSecondStep, place: createPlace(key, place) });
      for (const place of ['DE', 'AT', 'CH', 'DE', 'AT', 'CH']) await mustSpend(to(place));
      const refused = expectLimited(await subject.store.spend(to('FR')));
      assert.equal(refused.limit, 'phone_country');
      assert.equal(refused.isHelpedByCheck, true);
      const { atMs } = await mustSpend(to('FR', true));
      assert.equal((await subject.store.spend(to('FR'))).status, 'limited');
      for (const place of ['DE', 'AT', 'CH']) await mustSpend(to(place));
      // One that no longer counts makes room.
      const give = (place: string) =>
        subject.store.refund({
          slot,
          rows: [],
          place: createPlace(key, place),
          atMs,
          units: 100,
          isSignIn: true,
        });
      await give('DE');
      await mustSpend(to('FR'));
      assert.equal((await subject.store.spend(to('DE'))).status, 'limited');
      await subject.advance(26 * hourMs);
      for (const place of ['DE', 'IT', 'ES']) await mustSpend(to(place));
    });

    test('the rolling limit comes first, is the one named, and stays counted when a row refuses', async () => {
      const row = createRow(createLadder(2, 2));
      const key = createTag();
      const hit = {
        limitName: 'request_ip',
        key,
        limit: { max: 4, periodSeconds: 600 },
        group: undefined,
      } as const;
      const request = createSpend([row], { slot: key, hit });
      const limits = [];
      for (let i = 0; i < 6; i++) {
        const result = await subject.store.spend(request);
        limits.push(result.status === 'limited' ? result.limit : 'counted');
      }
      const ofRow = 'request_ip_day';
      assert.deepEqual(limits, ['counted', 'counted', ofRow, ofRow, 'request_ip', 'request_ip']);
      assert.equal((await subject.store.hit(key, hit.limit)).allowed, false);
    });

    test('races by nobody', async () => {
      const row = createRow(createLadder(7, 7));
      const request = createSpend([row]);
      const callers = [subject.store, await subject.connect()];
      const results = await Promise.all(
        Array.from({ length: 60 }, (_, i) => (callers[i % 2] as typeof subject.store).spend(request)),
      );
      assert.equal(results.filter(({ status }) => status === 'counted').length, 7);
    });
  });
}

function expectCounted(result: SpendResult) {
  if (result.status !== 'counted') throw new Error(`expected counted, got ${result.limit}`);
  return result;
}

function expectLimited(result: SpendResult) {
  if (result.status !== 'limited') throw new Error(`expected limited, got ${result.status}`);
  return result;
}
