import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DaySpending, identityLadder, type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import type { ConsumedRecord, OpenRequest, OpenResult } from '../../store-verbs.js';
import { type CreateStoreHarness, createTag, useStore } from './subject.js';

const hourMs = 3_600_000;

/** What `open`, `consume` and `release` count for an identity over a day. */
export function describeDaySends(createHarness: CreateStoreHarness): void {
  describe('the sends of a day to an identity', () => {
    const subject = useStore(createHarness, { resend: 'rotate' });

    function send(day: Partial<DaySpending> = {}, changes: Partial<OpenRequest> = {}): Promise<OpenResult> {
      return subject.open({
        day: {
          ladder: identityLadder,
          isOnSecondStep: true,
          canBeAsked: false,
          isEnforced: true,
          isPaid: false,
          network: undefined,
          receipt: '',
          ...day,
        },
        ...changes,
      });
    }
    /** How many of these sends go out. */
    async function count(times: number, day?: Partial<DaySpending>, changes?: Partial<OpenRequest>) {
      let sent = 0;
      for (let i = 0; i < times; i++) if ((await send(day, changes)).status === 'opened') sent += 1;
      return sent;
    }
    const refuse = async (day?: Partial<DaySpending>) => {
      const result = await send(day);
      if (result.status !== 'limited') throw new Error(`expected limited, got ${result.status}`);
      return result;
    };
    const consume = (challenge: string) =>
      subject.store.consume({ ...subject.key, recordChallenge: challenge });

    // Attack: bomb one mailbox for a day, over purposes and from many networks.
    test('at most its figure goes out, whatever the purpose, and no more than its part from one network', async () => {
      const from = (network: string, more: Partial<DaySpending> = {}) => ({ network, ...more });
      assert.equal(await count(20, from('one')), 8);
      assert.equal((await refuse(from('one'))).limit, 'request_network');
      assert.equal(await count(20, from('two'), { recordTag: createTag() }), 8);
      assert.equal(await count(20, from('three')), 4);
      assert.equal((await refuse(from('three'))).limit, 'request_day');
      let fresh = 0;
      for (let i = 0; i < 100; i++) fresh += await count(2, from(`network ${i}`));
      assert.equal(fresh, 10);
      assert.equal((await refuse()).limit, 'request_day');
    });

    test('the first step has less, and says where a check would help', async () => {
      const free = { isOnSecondStep: false, canBeAsked: true };
      assert.equal(await count(20, { ...free, network: 'one' }), 5);
      assert.equal((await refuse({ ...free, network: 'one' })).isHelpedByCheck, true);
      assert.equal(await count(20, free), 5);
      assert.equal((await refuse(free)).isHelpedByCheck, true);
      assert.equal((await refuse({ ...free, canBeAsked: false })).isHelpedByCheck, false);
      assert.equal(await count(3, { network: 'one' }), 3);
      assert.equal((await refuse({ ...free, network: 'one' })).isHelpedByCheck, false);
    });

    test('a send counts for a day, and no longer', async () => {
      const first = await send({ isOnSecondStep: false });
      assert.equal(first.status, 'opened');
      await subject.advance(10 * hourMs);
      assert.equal(await count(20, { isOnSecondStep: false }), 9);
      const { retryAfterMs } = await refuse({ isOnSecondStep: false });
      assert.ok(retryAfterMs <= 14 * hourMs && retryAfterMs > 13 * hourMs);
      await subject.advance(retryAfterMs - 60_000);
      assert.equal(await count(2, { isOnSecondStep: false }), 0);
      await subject.advance(60_000);
      assert.equal(await count(2, { isOnSecondStep: false }), 1);
    });

    test('the last send that fits says how long the next one has to wait', async () => {
      const day = { isOnSecondStep: false };
      await count(9, day);
      const last = await send(day);
      const waitMs = last.status === 'opened' ? last.resendInMs : 0;
      assert.ok(waitMs > 23 * hourMs && waitMs <= 24 * hourMs);
    });

    test('each side has a day of its own', async () => {
      assert.equal(await count(30), 20);
      assert.equal(await count(30, {}, { side: 'known' }), 20);
    });

    test('a code that is used gives back its sends, by mail in full and otherwise four fifths', async () => {
      for (const isPaid of [false, true]) {
        subject.key = { ...subject.key, budgetTag: createTag() };
        const day = { isPaid, network: 'net', receipt: 'some receipt' };
        const opened = await send(day);
        const challenge = opened.status === 'opened' ? opened.record.challenge : '';
        await send(day, { resend: 'reuse' });
        const consumed = (await consume(challenge)) as ConsumedRecord;
        const units = isPaid ? unitsPerSend - 1 : unitsPerSend;
        const returned = { network: 'net', receipt: 'some receipt', units };
        assert.deepEqual(consumed.sends.map(leaveTimeOut), [returned, returned]);
        assert.ok(consumed.authTimeSeconds > 0);
        assert.equal(await consume(challenge), false);
        assert.equal(await count(30), isPaid ? 19 : 20);
        const { day: shown } = await subject.store.inspect({ ...subject.key, periodSeconds: 600 });
        assert.equal(shown?.sends, 20);
      }
    });

    test('each paid sign-in costs a fifth of a send', async () => {
      let signIns = 0;
      for (let i = 0; i < 200; i++) {
        const opened = await send({ isPaid: true, isOnSecondStep: false });
        if (opened.status !== 'opened') continue;
        if ((await consume(opened.record.challenge)) !== false) signIns += 1;
      }
      // The last needs room for a whole send.
      assert.equal(signIns, 9 * unitsPerSend + 1);
    });

    test('a send that was refused is given back once, with what was counted elsewhere', async () => {
      const opened = await send({ network: 'net', receipt: 'some receipt' });
      if (opened.status !== 'opened') throw new Error('expected opened');
      const release = () =>
        subject.store.release({
          ...subject.key,
          recordChallenge: opened.record.challenge,
          sendId: opened.sendId,
          limits: [{ max: 10, periodSeconds: 600 }],
        });
      const returned = { network: 'net', receipt: 'some receipt', units: unitsPerSend };
      assert.deepEqual(leaveTimeOut((await release()) as ReturnedSend), returned);
      assert.ok(!(await release()));
      assert.equal(await count(30), 20);
    });

    test('where it only reports, everything goes out, and the answer says what it would have refused', async () => {
      const day = { isEnforced: false };
      assert.equal(await count(20, day), 20);
      const more = await send(day);
      assert.equal(more.status === 'opened' && more.exceeded, 'request_day');
      assert.equal((await refuse()).limit, 'request_day');
    });

    test('clearing the counts of an identity clears its day', async () => {
      await count(30);
      await subject.store.clear({ ...subject.key, records: false, counts: true, signOutSeconds: 0 });
      assert.equal(await count(30), 20);
    });
  });
}

/** Only some stores say it. */
function leaveTimeOut({ network, receipt, units }: ReturnedSend): ReturnedSend {
  return { network, receipt, units };
}
