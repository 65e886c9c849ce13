import assert from 'node:assert/strict';
import { test as declareTest } from 'node:test';
import { type DaySpending, type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import type { LimitedHit, SpendRequest } from '../../count-verbs.js';
import type { ConsumedRecord, OpenRequest } from '../../store-verbs.js';
import { createDay, createDayLadder, createHit, createRow, createSpend } from './spend-requests.js';
import { countSuccesses, createKey, createTag, mustBe, periodSeconds, storeSuite } from './subject.js';

/** What `open` and `attempt` count besides a record, on a store that `countsTogether`; any other has nothing to show. */
export const togetherSuite = storeSuite('what is counted together', { resend: 'rotate' }, (subject) => {
  const test = (title: string, run: () => Promise<void>) =>
    declareTest(title, async () => {
      if (subject.store.countsTogether) await run();
    });
  const wideDay = (changes: Partial<DaySpending> = {}) =>
    createDay({ ladder: createDayLadder(100, 100), isOnSecondStep: false, canBeAsked: true, ...changes });
  const open = (spending: SpendRequest, changes: Partial<OpenRequest> = {}) =>
    subject.open({ spending, day: wideDay(), ...changes });
  const mustOpen = async (spending: SpendRequest, changes?: Partial<OpenRequest>) =>
    mustBe(await open(spending, changes), 'opened');
  const mustRefuse = async (spending: SpendRequest, changes?: Partial<OpenRequest>) =>
    mustBe(await open(spending, changes), 'limited');
  /** How many sends fit before a row refuses. */
  const countRoom = (spending: SpendRequest) =>
    countSuccesses(
      10,
      async () => (await subject.store.spend({ ...spending, hit: undefined })).status === 'counted',
    );
  /** How many calls a rolling limit still lets through. */
  const countHits = ({ key, limit }: LimitedHit) =>
    countSuccesses(20, async () => (await subject.store.hit(key, limit)).allowed);

  // Attack: use up somebody's limits from an address that has none left.
  test('a send that a row or a hit refuses opens nothing, and costs its identity nothing', async () => {
    const sends = { max: 2, periodSeconds };
    const spending = createSpend([createRow(createDayLadder(1, 3))], { hit: createHit(4) });
    await mustOpen(spending, { sends });
    const refused = await mustRefuse(spending, { sends });
    assert.deepEqual([refused.limit, refused.isHelpedByCheck], ['request_ip_day', true]);
    await open(spending, { sends });
    await open(spending, { sends });
    assert.equal((await mustRefuse(spending, { sends })).limit, 'verify_ip');
    await mustOpen(createSpend([]), { sends });
    assert.equal((await mustRefuse(createSpend([]), { sends })).limit, 'request_identity');
  });

  // Attack: use up the limits of a shared address by asking for codes that are refused anyway.
  test('a record that is refused costs its rows nothing, and keeps only its hit counted', async () => {
    const hit = createHit(10);
    const spending = createSpend([createRow(createDayLadder(5, 5))], { hit });
    await mustOpen(spending);
    for (let i = 0; i < 3; i++) {
      await mustRefuse(spending, { sends: { max: 1, periodSeconds } });
      assert.equal((await open(spending, { challenge: createTag() })).status, 'expired');
    }
    assert.equal(await countRoom(spending), 4);
    assert.equal(await countHits(hit), 3);
  });

  test('rows that do not refuse count all the same, and say what they would have refused', async () => {
    const ladder = createDayLadder(1, 1);
    const spending = createSpend([createRow(ladder)], { isEnforced: false });
    assert.equal((await mustOpen(spending)).exceeded, undefined);
    assert.equal((await mustOpen(spending)).exceeded, 'request_ip_day');
    const day = wideDay({ ladder, isEnforced: false });
    assert.equal((await mustOpen(createSpend([]), { day })).exceeded, 'request_day');
  });

  test('a send that comes back says when it was counted, which is where it can be given back', async () => {
    const spending = createSpend([createRow({ ...createDayLadder(3, 3), periodSeconds: 3600 })]);
    const { slot, rows } = spending;
    const giveBack = ({ atMs = 0 }: ReturnedSend) =>
      subject.store.refund({ slot, rows, atMs, units: unitsPerSend, isSignIn: false });
    const day = wideDay({ receipt: 'somewhere' });
    const opened = await mustOpen(spending, { day });
    const refused = await mustOpen(spending, { day });
    // Longer than a part of the period.
    await subject.advance(200_000);
    await giveBack((await subject.release(refused)) as ReturnedSend);
    assert.equal(await subject.consume(opened.record.challenge), false);
    const { challenge } = (await mustOpen(spending, { day })).record;
    await subject.advance(200_000);
    const consumed = await subject.store.consume({ ...subject.key, recordChallenge: challenge });
    for (const send of (consumed as ConsumedRecord).sends) await giveBack(send);
    assert.equal(await countRoom(spending), 2);
  });

  // Attack: guess from an address that is out of attempts, to use up those of a code.
  test('a hit that is refused costs no attempt, and an attempt that is refused keeps its hit counted', async () => {
    await subject.mustOpen({ maxAttempts: 3 });
    const hit = createHit(2);
    for (const left of [2, 1]) assert.equal((await subject.mustAttempt({ hit })).attemptsLeft, left);
    assert.equal(mustBe(await subject.attempt({ hit }), 'limited').limit, 'verify_ip');
    assert.equal((await subject.mustAttempt()).attemptsLeft, 0);
    const other = createHit(4);
    assert.equal((await subject.attempt({ hit: other })).status, 'blocked');
    assert.equal(await countHits(other), 3);
  });

  test('lets exactly as many through, however many callers race', async () => {
    const spending = createSpend([createRow(createDayLadder(6, 6))], { hit: createHit(9) });
    const answers = await subject.race(20, (store) => subject.open({ ...createKey(), spending }, store));
    const limits = answers.map((answer) => (answer.status === 'limited' ? answer.limit : answer.status));
    const counts = ['opened', 'request_ip_day', 'verify_ip'].map(
      (name) => limits.filter((limit) => limit === name).length,
    );
    assert.deepEqual(counts, [6, 3, 11]);
  });
});
