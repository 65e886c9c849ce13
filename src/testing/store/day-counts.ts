import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCountryLadder, unitsPerSend } from '../../core/ladder.js';
import { daySeconds } from '../../core/policy.js';
import type { RefundRequest, SpendRequest } from '../../count-verbs.js';
import { forAll } from '../for-all.js';
import { createDayLadder, createHit, createPlace, createRow, createSpend } from './spend-requests.js';
import { countSuccesses, createTag, hourMs, mustBe, storeSuite } from './subject.js';

/** The counts over a day that every store with `spend` has. */
export const dayCountsSuite = storeSuite('sends over a day', {}, (subject) => {
  const { advance, race } = subject;

  const spend = (request: SpendRequest) => subject.store.spend(request);
  const mustSpend = async (request: SpendRequest) => mustBe(await spend(request), 'counted');
  const mustRefuse = async (request: SpendRequest) => mustBe(await spend(request), 'limited');
  /** How many of these sends are counted. */
  const count = (request: SpendRequest, times: number) =>
    countSuccesses(times, async () => (await spend(request)).status === 'counted');
  /** Gives back a whole send, unless `changes` says otherwise. */
  const giveBack = (request: SpendRequest, atMs: number, changes: Partial<RefundRequest> = {}) =>
    subject.store.refund({ ...request, atMs, units: unitsPerSend, isSignIn: false, ...changes });

  test('at most the figure in any day, and always up to it when a day and an hour were quiet', async () => {
    await forAll(
      { runs: 30, seed: 1 },
      (fc) => {
        // In hours: soon, up to a day, and next to the edges.
        const gap = fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 144 }).map((count) => count / 6),
          fc.constantFrom(23.75, 25.25),
        );
        return fc.array(gap, { maxLength: 25 });
      },
      async (gaps) => {
        const request = createSpend([createRow(createDayLadder(3, 3))]);
        const counted: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          await advance(gap * hourMs);
          now += gap;
          const result = await spend(request);
          // Beyond an error of rounding.
          if (counted.filter((at) => at > now - 23.9).length >= 3) assert.equal(result.status, 'limited');
          if (counted.filter((at) => at > now - 25.1).length < 3) assert.equal(result.status, 'counted');
          if (result.status === 'counted') counted.push(now);
          else assert.ok(result.retryAfterMs > 0 && result.retryAfterMs <= 25 * hourMs);
        }
      },
    );
  });

  test('what is refused fits once the time that was named has passed', async () => {
    const request = createSpend([createRow(createDayLadder(2, 2))]);
    await mustSpend(request);
    await advance(5 * hourMs);
    await mustSpend(request);
    const { retryAfterMs } = await mustRefuse(request);
    await advance(retryAfterMs - 60_000);
    await mustRefuse(request);
    await advance(60_000);
    await mustSpend(request);
    await mustRefuse(request);
  });

  test('the second step has room for more, and only the first says that a check would help', async () => {
    const request = createSpend([createRow(createDayLadder(2, 3))]);
    const second = { ...request, isOnSecondStep: true };
    assert.equal(await count(request, 5), 2);
    assert.equal((await mustRefuse(request)).isHelpedByCheck, true);
    assert.equal(await count(second, 5), 1);
    assert.equal((await mustRefuse(second)).isHelpedByCheck, false);
    assert.equal((await mustRefuse(request)).isHelpedByCheck, false);
  });

  test('a row that refuses keeps the others from counting, and is named', async () => {
    const wide = createRow(createDayLadder(100, 100), { limit: 'phone_country' });
    const narrow = createRow(createDayLadder(1, 1), { limit: 'phone_prefix' });
    const both = createSpend([wide, narrow]);
    assert.equal(await count(both, 10), 1);
    assert.equal((await mustRefuse(both)).limit, 'phone_prefix');
    assert.equal(await count({ ...both, rows: [wide] }, 200), 99);
  });

  // Attack: use up what many share from a single network.
  test('past a part of a figure one network gets its part, and the others the rest', async () => {
    const row = createRow(createDayLadder(20, 60, { max: 5, from: 10 }), { limit: 'phone_prefix' });
    const slot = createTag();
    const from = (network: string | undefined) => createSpend([{ ...row, network }], { slot });
    assert.equal(await count(from('one'), 30), 10);
    assert.equal((await mustRefuse(from('one'))).limit, 'phone_prefix');
    assert.equal(await count(from('two'), 30), 5);
    assert.equal(await count(from(undefined), 30), 5);
    assert.equal(await count(from('three'), 30), 0);
  });

  test('rows that do not refuse count all the same, and say what they would have refused', async () => {
    const request = createSpend([createRow(createDayLadder(2, 3))], { isEnforced: false });
    for (let i = 0; i < 2; i++) assert.equal((await mustSpend(request)).exceeded, undefined);
    for (let i = 0; i < 5; i++) assert.equal((await mustSpend(request)).exceeded, 'request_ip_day');
    await mustRefuse({ ...request, isEnforced: true });
  });

  test('what is given back can be spent again, and nothing falls below zero', async () => {
    const row = createRow(createDayLadder(4, 4, { max: 4, from: 0 }), { network: 'one' });
    const request = createSpend([row]);
    const { atMs } = await mustSpend(request);
    assert.equal(await count(request, 9), 3);
    await giveBack(request, atMs);
    assert.equal(await count(request, 9), 1);
    for (let i = 0; i < 20; i++) await giveBack(request, atMs);
    assert.equal(await count(request, 9), 4);
    // What is no longer counted cannot be given back.
    await advance(26 * hourMs);
    assert.equal(await count(request, 9), 4);
    await giveBack(request, atMs);
    assert.equal(await count(request, 9), 0);
  });

  test('what is given back at the same time is given back to each', async () => {
    const row = createRow(createDayLadder(9, 9), { network: 'one' });
    const to = (place: string) => createSpend([row], { slot: row.key, place: createPlace(row.key, place) });
    const growing = createSpend([createRow(createCountryLadder(9), { isGrowing: true })]);
    const requests = [to('DE'), growing, to('AT'), growing];
    const sent = await Promise.all(requests.map(async (one) => ({ one, atMs: (await mustSpend(one)).atMs })));
    await Promise.all(sent.map(({ one, atMs }) => giveBack(one, atMs, { isSignIn: true })));
    assert.equal(await count(growing, 20), 9);
    for (const place of ['FR', 'IT', 'ES']) await mustSpend(to(place));
    assert.equal(await count(createSpend([row], { slot: row.key }), 20), 6);
  });

  test('a send of which a fifth stays counted costs a fifth', async () => {
    const request = createSpend([createRow(createDayLadder(4, 4))]);
    let sends = 0;
    for (let i = 0; i < 100; i++) {
      const result = await spend(request);
      if (result.status !== 'counted') continue;
      sends += 1;
      await giveBack(request, result.atMs, { units: unitsPerSend - 1, isSignIn: true });
    }
    // The last send of the four needs room for a whole one.
    assert.equal(sends, 3 * unitsPerSend + 1);
    await advance((await mustRefuse(request)).retryAfterMs);
    await mustSpend(request);
  });

  test('a count belongs to its slot and its row, and so does that of a network', async () => {
    const row = createRow(createDayLadder(9, 9, { max: 2, from: 0 }), { network: 'one' });
    for (let i = 0; i < 2; i++) {
      const slot = createTag();
      for (const key of [row.key, createTag()])
        assert.equal(await count(createSpend([{ ...row, key }], { slot }), 5), 2);
    }
  });

  test('a check helps when every row has room on the second step', async () => {
    const rows = [createRow(createDayLadder(1, 3)), createRow(createDayLadder(2, 2))];
    const request = createSpend(rows);
    assert.equal(await count(request, 5), 1);
    assert.equal((await mustRefuse(request)).isHelpedByCheck, true);
    await mustSpend({ ...request, isOnSecondStep: true });
    assert.equal((await mustRefuse(request)).isHelpedByCheck, false);
  });

  test('a growing row follows its best day of sign-ins for fourteen days, on both steps', async () => {
    const dayMs = daySeconds * 1000;
    const row = createRow(createCountryLadder(4), { limit: 'phone_country', isGrowing: true });
    const request = createSpend([row]);
    const second = { ...request, isOnSecondStep: true };
    const signIn = async (times: number) => {
      for (let i = 0; i < times; i++)
        await giveBack(request, (await mustSpend(second)).atMs, { isSignIn: true });
    };
    // At noon, since days end at midnight.
    const { atMs } = await mustSpend(createSpend([]));
    await advance(1.5 * dayMs - (atMs % dayMs));
    await signIn(5);
    await advance(dayMs);
    await signIn(10);
    assert.equal(await count(request, 50), 10);
    assert.equal(await count(second, 50), 20);
    await advance(13 * dayMs);
    assert.equal(await count(request, 50), 10);
    await advance(dayMs);
    // A send counts for up to 25 hours.
    await advance(2 * hourMs);
    assert.equal(await count(request, 50), 4);
  });

  // Attack: make the figure of a country grow by messages that are refused.
  test('a growing row does not grow by a send that is given back without a sign-in', async () => {
    const row = createRow(createCountryLadder(4), { limit: 'phone_country', isGrowing: true });
    const request = createSpend([row]);
    const second = { ...request, isOnSecondStep: true };
    for (let i = 0; i < 10; i++) await giveBack(request, (await mustSpend(second)).atMs);
    assert.equal(await count(request, 50), 4);
  });

  // Attack: send to every country there is, a little to each.
  test('the first places are free, and each further one is of the second step', async () => {
    const [slot, key] = [createTag(), createTag()];
    const to = (place: string, isOnSecondStep = false) =>
      createSpend([], { slot, isOnSecondStep, place: createPlace(key, place) });
    for (const place of ['DE', 'AT', 'CH', 'DE', 'AT', 'CH']) await mustSpend(to(place));
    const refused = await mustRefuse(to('FR'));
    assert.equal(refused.limit, 'phone_country');
    assert.equal(refused.isHelpedByCheck, true);
    const { atMs } = await mustSpend(to('FR', true));
    await mustRefuse(to('FR'));
    for (const place of ['DE', 'AT', 'CH']) await mustSpend(to(place));
    // One that no longer counts makes room.
    await giveBack(to('DE'), atMs, { units: 100, isSignIn: true });
    await mustSpend(to('FR'));
    await mustRefuse(to('DE'));
    await advance(26 * hourMs);
    for (const place of ['DE', 'IT', 'ES']) await mustSpend(to(place));
  });

  test('places are forgotten one by one', async () => {
    const [slot, key] = [createTag(), createTag()];
    const to = (place: string) => createSpend([], { slot, place: createPlace(key, place) });
    for (const place of ['DE', 'AT', 'CH']) await mustSpend(to(place));
    await advance(20 * hourMs);
    await mustSpend(to('CH'));
    await advance(6 * hourMs);
    await mustSpend(to('FR'));
    const { atMs } = await mustSpend(to('IT'));
    await mustRefuse(to('DE'));
    await mustSpend(to('CH'));
    // A place counts until all units of its sends have been given back.
    await giveBack(to('IT'), atMs, { units: unitsPerSend - 1, isSignIn: true });
    await mustRefuse(to('DE'));
  });

  test('the rolling limit comes first, is the one named, and stays counted when a row refuses', async () => {
    const hit = createHit(4);
    const request = createSpend([createRow(createDayLadder(2, 2))], { slot: hit.key, hit });
    assert.equal(await count(request, 2), 2);
    for (const name of ['request_ip_day', 'request_ip_day', 'verify_ip', 'verify_ip'])
      assert.equal((await mustRefuse(request)).limit, name);
    assert.equal((await subject.store.hit(hit.key, hit.limit)).allowed, false);
  });

  test('lets exactly as many through, however many callers race', async () => {
    const request = createSpend([createRow(createDayLadder(7, 7))]);
    const results = await race(60, (store) => store.spend(request));
    assert.equal(results.filter(({ status }) => status === 'counted').length, 7);
  });
});
