import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import type { LimitedHit, SpendRequest } from '../../count-verbs.js';
import type { ConsumedRecord, OpenRequest } from '../../store-verbs.js';
import { createLadder, createRow, createSpend } from './spend-requests.js';
import { type CreateStoreHarness, createTag, periodSeconds, useStore } from './subject.js';

/** What `open` and `attempt` count besides a record, on a store that `countsTogether`; any other has nothing to show. */
export function describeTogether(createHarness: CreateStoreHarness): void {
  describe('what is counted together', () => {
    const subject = useStore(createHarness);
    const createHit = (max: number): LimitedHit => ({
      limitName: 'verify_ip',
      key: createTag(),
      limit: { max, periodSeconds },
      group: undefined,
    });
    const day = (receipt = '') => ({
      ladder: createLadder(100, 100),
      isOnSecondStep: false,
      canBeAsked: true,
      isEnforced: true,
      isPaid: false,
      network: undefined,
      receipt,
    });
    const open = (spending: SpendRequest, changes: Partial<OpenRequest> = {}) =>
      subject.open({ spending, day: day(), resend: 'rotate', ...changes });
    /** How many sends fit before a row refuses. */
    async function countRoom(spending: SpendRequest): Promise<number> {
      let sent = 0;
      while ((await subject.store.spend({ ...spending, hit: undefined })).status === 'counted') sent += 1;
      return sent;
    }
    /** How many calls a rolling limit still lets through. */
    async function countHits({ key, limit }: LimitedHit): Promise<number> {
      let allowed = 0;
      while ((await subject.store.hit(key, limit)).allowed) allowed += 1;
      return allowed;
    }

    // Attack: use up the limits of somebody from an address that is out of its own.
    test('a send that a row or a hit refuses opens nothing, and costs its identity nothing', async () => {
      if (!subject.store.countsTogether) return;
      const sends = { max: 2, periodSeconds };
      const spending = createSpend([createRow(createLadder(1, 3))], { hit: createHit(4) });
      assert.equal((await open(spending, { sends })).status, 'opened');
      const refused = await open(spending, { sends });
      assert.deepEqual(refused.status === 'limited' && [refused.limit, refused.isHelpedByCheck], [
        'request_ip_day',
        true,
      ]);
      await open(spending, { sends });
      await open(spending, { sends });
      const blocked = await open(spending, { sends });
      assert.equal(blocked.status === 'limited' && blocked.limit, 'verify_ip');
      assert.equal((await open(createSpend([]), { sends })).status, 'opened');
      const limited = await open(createSpend([]), { sends });
      assert.equal(limited.status === 'limited' && limited.limit, 'request_identity');
    });

    // Attack: use up the limits of a shared address by asking for codes that are refused anyway.
    test('a record that is refused costs its rows nothing, and keeps only its hit counted', async () => {
      if (!subject.store.countsTogether) return;
      const spending = createSpend([createRow(createLadder(5, 5))], { hit: createHit(10) });
      assert.equal((await open(spending)).status, 'opened');
      for (let i = 0; i < 3; i++) {
        assert.equal((await open(spending, { sends: { max: 1, periodSeconds } })).status, 'limited');
        assert.equal((await open(spending, { challenge: createTag() })).status, 'expired');
      }
      assert.equal(await countRoom(spending), 4);
      assert.equal(await countHits(spending.hit as LimitedHit), 3);
    });

    test('rows that do not refuse count all the same, and say what they would have refused', async () => {
      if (!subject.store.countsTogether) return;
      const spending = createSpend([createRow(createLadder(1, 1))], { isEnforced: false });
      const answers = [await open(spending), await open(spending)];
      assert.deepEqual(
        answers.map((answer) => answer.status === 'opened' && answer.exceeded),
        [undefined, 'request_ip_day'],
      );
      const both = { ...day(), ladder: createLadder(1, 1), isEnforced: false };
      const third = await open(createSpend([]), { day: both });
      assert.equal(third.status === 'opened' && third.exceeded, 'request_day');
    });

    test('a send that comes back says when it was counted, which is where it can be given back', async () => {
      if (!subject.store.countsTogether) return;
      const spending = createSpend([createRow({ ...createLadder(3, 3), periodSeconds: 3600 })]);
      const { slot, rows } = spending;
      const giveBack = ({ atMs = 0 }: ReturnedSend) =>
        subject.store.refund({ slot, rows, atMs, units: unitsPerSend, isSignIn: false });
      const opened = await open(spending, { day: day('somewhere') });
      const refused = await open(spending, { day: day('somewhere') });
      assert.ok(opened.status === 'opened' && refused.status === 'opened');
      // Longer than a part of the period.
      await subject.advance(200_000);
      await giveBack((await subject.release(refused)) as ReturnedSend);
      assert.equal(await subject.consume(opened.record.challenge), false);
      const last = await open(spending, { day: day('somewhere') });
      assert.ok(last.status === 'opened');
      await subject.advance(200_000);
      const consumed = await subject.store.consume({
        ...subject.key,
        recordChallenge: last.record.challenge,
      });
      for (const send of (consumed as ConsumedRecord).sends) await giveBack(send);
      assert.equal(await countRoom(spending), 2);
    });

    // Attack: guess from an address that is out of attempts, to use up those of a code.
    test('a hit that is refused costs no attempt, and an attempt that is refused keeps its hit counted', async () => {
      if (!subject.store.countsTogether) return;
      await subject.mustOpen({ maxAttempts: 3 });
      const hit = createHit(2);
      for (const left of [2, 1]) {
        const counted = await subject.attempt({ hit });
        assert.equal(counted.status === 'counted' && counted.attemptsLeft, left);
      }
      const refused = await subject.attempt({ hit });
      assert.deepEqual(refused.status === 'limited' && refused.limit, 'verify_ip');
      const counted = await subject.attempt();
      assert.equal(counted.status === 'counted' && counted.attemptsLeft, 0);
      const other = createHit(4);
      assert.equal((await subject.attempt({ hit: other })).status, 'blocked');
      assert.equal(await countHits(other), 3);
    });

    test('races by nobody', async () => {
      if (!subject.store.countsTogether) return;
      const stores = [subject.store, await subject.connect()];
      const spending = createSpend([createRow(createLadder(6, 6))], { hit: createHit(9) });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const store = stores[i % 2] as typeof subject.store;
          const key = { identityTag: createTag(), budgetTag: createTag(), recordTag: createTag() };
          return subject.open({ ...key, spending }, store);
        }),
      );
      const limits = answers.map((answer) => (answer.status === 'limited' ? answer.limit : answer.status));
      const counts = ['opened', 'request_ip_day', 'verify_ip'].map(
        (name) => limits.filter((limit) => limit === name).length,
      );
      assert.deepEqual(counts, [6, 3, 11]);
    });
  });
}
