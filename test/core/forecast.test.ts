import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ForecastPolicy, forecast } from '../../src/core/forecast.js';
import {
  chooseFigures,
  findRefusal,
  identityLadder,
  paidChannels,
  unitsPerSend,
} from '../../src/core/ladder.js';
import { computeYearlyOdds, countGuessesInYear } from '../../src/core/odds.js';
import { type Channel, channels, createPolicy, limitPeriodSeconds } from '../../src/core/policy.js';
import { createTestOtp } from '../helpers/otp.js';

const plain: ForecastPolicy = {
  ...createPolicy(),
  channels: ['email', 'sms'],
  hasDayBudgets: true,
  hasHumanCheck: true,
  paidDayMax: undefined,
  shortOpenMax: 2000,
};

/** How many messages of a day from these networks, each of which sends as often as it may, are sent to one identity. */
function bomb(channel: Channel, hasHumanCheck: boolean, networks: number) {
  const isOnSecondStep = hasHumanCheck || !paidChannels.has(channel);
  const figures = chooseFigures(identityLadder, isOnSecondStep);
  let used = 0;
  for (let network = 0; network < networks; network++) {
    let ofNetwork = 0;
    while (findRefusal(figures, used, ofNetwork) === null) {
      used += unitsPerSend;
      ofNetwork += unitsPerSend;
    }
  }
  const isLocked = findRefusal(figures, used, 0) !== null;
  return { messages: used / unitsPerSend, isLocked };
}

describe('with day budgets', () => {
  // Attack: bomb one person from a thousand networks.
  test('as many messages are sent in a day as the forecast says, and no more', () => {
    for (const hasHumanCheck of [true, false]) {
      const { messagesDay } = forecast({ ...plain, hasHumanCheck });
      assert.equal(bomb('email', hasHumanCheck, 1000).messages, messagesDay.mailbox);
      assert.equal(bomb('sms', hasHumanCheck, 1000).messages, messagesDay.number);
    }
    assert.deepEqual(forecast(plain).messagesDay, { mailbox: 30, number: 30, all: null });
    assert.equal(forecast({ ...plain, hasHumanCheck: false }).messagesDay.number, 10);
    assert.equal(forecast({ ...plain, paidDayMax: 1000 }).messagesDay.all, 1000);
  });

  // Attack: keep an unknown browser from a new code for a day.
  test('a lock takes as many networks as the forecast says, and one fewer does not do', () => {
    for (const [channel, hasHumanCheck, expected] of [
      ['email', true, 13],
      ['email', false, 13],
      ['sms', true, 13],
      ['sms', false, 2],
    ] as const) {
      const { lock } = forecast({ ...plain, channels: [channel], hasHumanCheck });
      assert.deepEqual([lock.networks, lock.hours], [expected, 24], channel);
      assert.deepEqual(bomb(channel, hasHumanCheck, lock.networks), {
        messages: lock.messages,
        isLocked: true,
      });
      assert.equal(bomb(channel, hasHumanCheck, lock.networks - 1).isLocked, false);
    }
  });

  // Attack: ask for codes of one person all day, from one network.
  test('one network delays an unknown browser as long as the forecast says, and a known one not at all', async () => {
    for (const [settings, seconds] of [
      [{}, 600],
      [{ requestIdentityMax: 3 }, 1200],
      [{ requestIdentityMax: 9 }, 0],
      [{ resendCooldownSeconds: 60 }, 780],
    ] as const) {
      let delayed = 0;
      for (let minutes = 0; minutes < 30; minutes++) {
        const { otp, clock } = createTestOtp({ dayBudgets: 'enforce', ...settings });
        for (let minute = 0; minute <= minutes; minute++) {
          if (minute > 0) clock.advance(60_000);
          while ((await otp.request('alice@example.com', { ip: '198.51.100.7' })).status === 'sent');
        }
        const own = await otp.request('alice@example.com', { ip: '203.0.113.7', bind: true });
        if (own.status !== 'sent') delayed += 1;
        await otp.close();
      }
      const { delaySeconds } = forecast({ ...plain, ...createPolicy(settings) });
      assert.deepEqual(delaySeconds, { unknown: seconds, known: 0 });
      assert.ok(delayed * 60 <= seconds && delayed * 60 >= seconds - 180, `${delayed} min of ${seconds} s`);
    }
  });

  // Attack: the same by the service as it is.
  test('the service sends as much, and is locked by as many networks', async () => {
    const { messagesDay, lock } = forecast({ ...plain, hasHumanCheck: false });
    for (const [identity, most, networks] of [
      ['alice@example.com', messagesDay.mailbox, forecast({ ...plain, channels: ['email'] }).lock.networks],
      ['+4915112345678', messagesDay.number, lock.networks],
    ] as const) {
      for (const [count, isLocked] of [
        [networks - 1, false],
        [networks, true],
        [networks + 100, true],
      ] as const) {
        const { otp, inbox, clock } = createTestOtp({ dayBudgets: 'enforce' });
        for (let network = 0; network < count; network++) {
          // As fast as the limit of ten minutes lets it.
          while ((await otp.request(identity, { ip: `198.18.${network}.7` })).status === 'sent')
            clock.advance((limitPeriodSeconds / 5) * 1000);
        }
        const own = await otp.request(identity, { ip: '203.0.113.7', bind: true });
        assert.equal(own.status !== 'sent', isLocked, `${identity} by ${count}: ${own.status}`);
        if (isLocked) assert.equal(inbox.messages.length, most);
        await otp.close();
      }
    }
  });
});

describe('without day budgets', () => {
  const policy = { ...plain, hasDayBudgets: false };

  // Attack: bomb one person all day, from a new address each time.
  test('the service sends in a day what the limit of ten minutes lets through, as the forecast says', async () => {
    for (const settings of [
      { requestIdentityMax: 5 },
      { requestIdentityMax: 3, resendCooldownSeconds: 60 },
      { requestIdentityMax: 12, resendCooldownSeconds: 120 },
    ]) {
      const { otp, inbox, clock } = createTestOtp({ dayBudgets: 'off', ...settings });
      for (let minute = 0; minute < 24 * 60; minute++) {
        for (let i = 0; i < settings.requestIdentityMax; i++)
          await otp.request('alice@example.com', { ip: `198.51.${minute % 256}.${i}` });
        clock.advance(60_000);
      }
      const { mailbox } = forecast({ ...policy, ...createPolicy(settings) }).messagesDay;
      assert.equal(inbox.messages.length, mailbox);
      await otp.close();
    }
  });

  test('nothing bounds the bill, and one network locks an identity for as long as it goes on', () => {
    const { messagesDay, delaySeconds, lock } = forecast({ ...policy, paidDayMax: 1000 });
    assert.deepEqual(messagesDay, { mailbox: 720, number: 720, all: null });
    assert.equal(delaySeconds.unknown, null);
    assert.deepEqual(lock, { networks: 1, messages: 720, hours: 24 });
  });
});

test('a channel that nothing serves sends nothing', () => {
  assert.deepEqual(forecast({ ...plain, channels: ['email'], paidDayMax: 9 }).messagesDay, {
    mailbox: 30,
    number: 0,
    all: 0,
  });
  assert.equal(forecast({ ...plain, channels: ['voice'] }).messagesDay.mailbox, 0);
});

// Attack: guess at everyone once, instead of at one person for long.
test('a spray takes over as many identities as short codes are handed out, times their odds', () => {
  assert.equal(forecast(plain).odds.sprayDay, 0.048);
  assert.equal(forecast({ ...plain, shortOpenMax: undefined }).odds.sprayDay, null);
  assert.equal(forecast({ ...plain, lengthenAfter: 0 }).odds.sprayDay, null);
  // Stand-ins of two digits, all of them guessed to be 42; the codes are a fixed sample.
  const codeOf = (index: number) => createHash('sha256').update(`${index}`).digest().readUInt32BE() % 100;
  const hits = Array.from({ length: 2000 * 24 }, (_, index) => codeOf(index)).filter((code) => code === 42);
  const expected = forecast({ ...plain, digits: 2 }).odds.sprayDay ?? 0;
  assert.ok(Math.abs(hits.length - expected) < 3 * Math.sqrt(expected), `${hits.length} of ${expected}`);
});

test('the odds are those of the year, and worse where the store is lost', () => {
  fc.assert(
    fc.property(
      fc.record({
        lengthenAfter: fc.integer({ min: 0, max: 100 }),
        maxAttempts: fc.integer({ min: 1, max: 20 }),
        requestIdentityMax: fc.integer({ min: 1, max: 50 }),
      }),
      fc.constantFrom(...channels),
      (changes, channel) => {
        const policy = { ...plain, ...createPolicy(changes), channels: [channel] };
        const { identityYear, identityYearStoreLostWeekly } = forecast(policy).odds;
        assert.equal(identityYear, computeYearlyOdds(policy));
        assert.ok(identityYearStoreLostWeekly >= identityYear);
      },
    ),
    { seed: 16, numRuns: 200 },
  );
});

// Attack: guess each week at a store that remembers nothing of the week before.
test('a store that is lost once a week lets through as many guesses at short codes as are counted', async () => {
  const policy = createPolicy();
  let guesses = 0;
  for (let week = 0; week < 53; week++) {
    const { otp, inbox, clock, wrong } = createTestOtp();
    for (let period = 0; period < 4; period++) {
      for (;;) {
        const result = await otp.request('alice@example.com', { bind: true });
        if (result.status !== 'sent' || result.codeLength !== policy.digits) break;
        const { challenge } = result;
        for (;;) {
          const answer = await otp.verify('alice@example.com', wrong(inbox.lastCode()), { challenge });
          if (answer.status !== 'invalid') break;
          guesses += 1;
        }
      }
      clock.advance(limitPeriodSeconds * 1000);
    }
    await otp.close();
  }
  const { short } = countGuessesInYear({ ...policy, hasDayBudgets: false }, 7 * 86_400);
  // A year has room for one week more when it begins and ends within one.
  assert.ok(guesses <= short && guesses >= (short * 53) / 54, `${guesses} of ${short}`);
});
