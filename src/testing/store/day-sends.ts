import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DaySpending, type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import type { ConsumedRecord, OpenRequest } from '../../store-verbs.js';
import { createDay, createSpend } from './spend-requests.js';
import {
  countSuccesses,
  createKey,
  createTag,
  hourMs,
  mustBe,
  periodSeconds,
  storeSuite,
} from './subject.js';

/** What `open`, `consume` and `release` count for an identity over a day. */
export const daySendsSuite = storeSuite(
  'the sends of a day to an identity',
  { resend: 'rotate' },
  (subject) => {
    const { advance, consume, inspect, release } = subject;

    const send = (day: Partial<DaySpending> = {}, changes: Partial<OpenRequest> = {}) =>
      subject.open({ day: createDay(day), ...changes });
    const mustSend = async (day?: Partial<DaySpending>, changes?: Partial<OpenRequest>) =>
      mustBe(await send(day, changes), 'opened');
    const mustRefuse = async (day?: Partial<DaySpending>) => mustBe(await send(day), 'limited');
    /** How many of these sends go out. */
    const count = (times: number, day?: Partial<DaySpending>, changes?: Partial<OpenRequest>) =>
      countSuccesses(times, async () => (await send(day, changes)).status === 'opened');

    // Attack: bomb one mailbox for a day, over purposes and from many networks.
    test('at most its figure goes out, whatever the purpose, and no more than its part from one network', async () => {
      assert.equal(await count(20, { network: 'one' }), 8);
      assert.equal((await mustRefuse({ network: 'one' })).limit, 'request_network');
      assert.equal(await count(20, { network: 'two' }, { recordTag: createTag() }), 8);
      assert.equal(await count(20, { network: 'three' }), 4);
      assert.equal((await mustRefuse({ network: 'three' })).limit, 'request_day');
      let fresh = 0;
      for (let i = 0; i < 100; i++) fresh += await count(2, { network: `network ${i}` });
      assert.equal(fresh, 10);
      assert.equal((await mustRefuse()).limit, 'request_day');
    });

    test('the first step has less, and says where a check would help', async () => {
      const free = { isOnSecondStep: false, canBeAsked: true };
      assert.equal(await count(20, { ...free, network: 'one' }), 5);
      assert.equal((await mustRefuse({ ...free, network: 'one' })).isHelpedByCheck, true);
      assert.equal(await count(20, free), 5);
      assert.equal((await mustRefuse(free)).isHelpedByCheck, true);
      assert.equal((await mustRefuse({ ...free, canBeAsked: false })).isHelpedByCheck, false);
      assert.equal(await count(3, { network: 'one' }), 3);
      assert.equal((await mustRefuse({ ...free, network: 'one' })).isHelpedByCheck, false);
    });

    test('a send counts for a day, and no longer', async () => {
      const day = { isOnSecondStep: false };
      await mustSend(day);
      await advance(10 * hourMs);
      assert.equal(await count(20, day), 9);
      const { retryAfterMs } = await mustRefuse(day);
      assert.ok(retryAfterMs <= 14 * hourMs && retryAfterMs > 13 * hourMs);
      await advance(retryAfterMs - 60_000);
      assert.equal(await count(2, day), 0);
      await advance(60_000);
      assert.equal(await count(2, day), 1);
    });

    test('the last send that fits says how long the next one has to wait', async () => {
      const day = { isOnSecondStep: false };
      await count(9, day);
      const { resendInMs } = await mustSend(day);
      assert.ok(resendInMs > 23 * hourMs && resendInMs <= 24 * hourMs);
      // Nobody has to wait for what a check would let through.
      subject.key = createKey();
      const helped = { ...day, canBeAsked: true };
      await count(9, helped);
      assert.equal((await mustSend(helped)).resendInMs, 0);
    });

    test('is all that is left of an identity whose codes and shorter limits have expired', async () => {
      await mustSend();
      await advance(periodSeconds * 1000);
      const { records, sends, day } = await inspect();
      assert.deepEqual([records, sends, day?.sends], [[], [], 1]);
    });

    // Attack: have the sends of many codes given back with one, or the sends of one twice.
    test('a code that is used gives back its own sends, once', async () => {
      const opened = await mustSend({ isPaid: true });
      await mustSend({ isPaid: true }, { recordTag: createTag() });
      assert.equal(await consume(opened.record.challenge), true);
      assert.ok(!(await release(opened)));
      // One send and a fifth stay counted.
      assert.equal(await count(30), 18);
      const known = { side: 'known' } as const;
      const { challenge } = (await mustSend({}, known)).record;
      assert.equal(await consume(challenge, { ...known, challenge }), true);
      assert.equal(await count(30, {}, known), 20);
    });

    test('the end of a code is told by the clock that sends are counted by, if the store tells it', async () => {
      const { challenge } = (await mustSend()).record;
      await advance(100_000);
      const { expiresAtMs } = await subject.mustAttempt();
      const counted = mustBe(await subject.store.spend(createSpend([])), 'counted');
      if (expiresAtMs !== undefined) subject.mustBeNear(expiresAtMs - counted.atMs, 200_000);
      assert.equal(await consume(challenge), true);
    });

    test('each side has a day of its own', async () => {
      assert.equal(await count(30, {}, { side: 'known' }), 20);
      await advance(2 * hourMs);
      assert.equal(await count(30), 20);
      const { day, known } = await inspect();
      assert.deepEqual([day?.sends, known?.day?.sends], [20, 20]);
      const { retryAfterMs } = await mustRefuse();
      assert.ok(retryAfterMs > 23 * hourMs, String(retryAfterMs));
    });

    test('a network has to wait for a send of its own to be forgotten', async () => {
      const free = { isOnSecondStep: false };
      await mustSend({ ...free, network: 'two' });
      await advance(2 * hourMs);
      assert.equal(await count(20, { ...free, network: 'one' }), 5);
      const { retryAfterMs } = await mustRefuse({ ...free, network: 'one' });
      assert.ok(retryAfterMs > 23 * hourMs && retryAfterMs <= 24 * hourMs, String(retryAfterMs));
    });

    test('a code that is used gives back its sends, by mail in full and otherwise four fifths', async () => {
      for (const isPaid of [false, true]) {
        subject.key = { ...subject.key, budgetTag: createTag() };
        const day = { isPaid, network: 'net', receipt: 'some receipt' };
        const { challenge } = (await mustSend(day)).record;
        await send(day, { resend: 'reuse' });
        const consumed = await subject.store.consume({ ...subject.key, recordChallenge: challenge });
        const { sends, authTimeSeconds } = consumed as ConsumedRecord;
        const units = isPaid ? unitsPerSend - 1 : unitsPerSend;
        const returned = { network: 'net', receipt: 'some receipt', units };
        assert.deepEqual(sends.map(leaveTimeOut), [returned, returned]);
        assert.ok(authTimeSeconds > 0);
        assert.equal(await consume(challenge), false);
        assert.equal(await count(30), isPaid ? 19 : 20);
        assert.equal((await inspect()).day?.sends, 20);
      }
    });

    test('each paid sign-in costs a fifth of a send', async () => {
      const signIns = await countSuccesses(200, async () => {
        const opened = await send({ isPaid: true, isOnSecondStep: false });
        return opened.status === 'opened' && consume(opened.record.challenge);
      });
      // The last needs room for a whole send.
      assert.equal(signIns, 9 * unitsPerSend + 1);
    });

    test('a send that was refused is given back once, with what was counted elsewhere', async () => {
      await mustSend();
      const opened = await mustSend({ network: 'net', receipt: 'some receipt' });
      const returned = { network: 'net', receipt: 'some receipt', units: unitsPerSend };
      assert.deepEqual(leaveTimeOut((await release(opened)) as ReturnedSend), returned);
      assert.ok(!(await release(opened)));
      assert.equal(await count(30), 19);
    });

    test('where it only reports, everything goes out, and the answer says what it would have refused', async () => {
      const day = { isEnforced: false };
      assert.equal(await count(20, day), 20);
      assert.equal((await mustSend(day)).exceeded, 'request_day');
      assert.equal((await mustRefuse()).limit, 'request_day');
    });

    test('clearing the counts of an identity clears its day', async () => {
      await count(30);
      await subject.clear({ counts: true });
      assert.equal(await count(30), 20);
    });
  },
);

/** Only some stores say it. */
function leaveTimeOut({ network, receipt, units }: ReturnedSend): ReturnedSend {
  return { network, receipt, units };
}
