import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestOtp as createOtp } from '../helpers/otp.js';

const createTestOtp = (options: Parameters<typeof createOtp>[0] = {}) =>
  createOtp({ dayBudgets: 'enforce', ...options });

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
const purposes = ['sign-in', 'payment', 'delete-account'];

/** As an attacker has them: each in a network of its own. */
const addressOf = (number: number) => `198.${18 + (number >> 8)}.${number & 255}.7`;

/** Asks once a minute for a day, every time from another of these addresses. */
async function bomb(identities: readonly string[], channel?: 'sms' | 'whatsapp' | 'voice') {
  const { otp, clock, inbox } = createTestOtp({ purposes });
  const limits = new Set<string>();
  for (let minute = 0; minute < dayMinutes; minute++) {
    const identity = identities[minute % identities.length];
    const result = await otp.request(identity, {
      purpose: purposes[minute % purposes.length],
      bind: minute % 2 === 1,
      channel: channel && (['sms', 'whatsapp', 'voice'] as const)[minute % 3],
      ip: addressOf(minute % 1000),
    });
    if (result.status === 'rate_limited') limits.add(result.limit);
    clock.advance(minuteMs);
  }
  return { sent: inbox.messages.length, limits: [...limits].sort() };
}

describe('a day of bombing', () => {
  // Attack: fill one mailbox, through its aliases, every purpose, bound and unbound, from a thousand addresses.
  test('a mailbox gets thirty messages, however many addresses and aliases ask', async () => {
    const aliases = ['victim@example.com', 'victim+a@example.com', 'VICTIM+b.c@example.com'];
    const { sent, limits } = await bomb(aliases);
    assert.equal(sent, 30);
    assert.ok(limits.includes('request_day'));
  });

  // Attack: the same at a provider whose addresses have many spellings.
  test('a mailbox of gmail.com gets no more through its dots and its other domain', async () => {
    const { sent } = await bomb(['vic.tim@gmail.com', 'v.i.ctim@googlemail.com', 'victim+x@gmail.com']);
    assert.equal(sent, 30);
  });

  // Attack: wake somebody all night, by every channel that rings.
  test('a phone gets ten messages over all channels that cost', async () => {
    assert.equal((await bomb(['+4915112345678'], 'sms')).sent, 10);
  });

  // Attack: fill a mailbox through the page, whose visitors can be asked for a human check, without solving any.
  test('a mailbox gets ten messages from callers who are asked for checks and solve none', async () => {
    const { otp, clock, inbox } = createTestOtp({ humanCheck: { provider: 'altcha' } });
    const statuses = new Set<string>();
    for (let minute = 0; minute < dayMinutes; minute++) {
      const ip = addressOf(minute % 1000);
      const { status } = await otp.request('alice@example.com', { ip, humanCheck: null });
      statuses.add(status);
      clock.advance(minuteMs);
    }
    assert.equal(inbox.messages.length, 10);
    assert.ok(statuses.has('human_check_required'));
    const { status } = await otp.request('+4915112345678', { ip: addressOf(1), humanCheck: null });
    assert.equal(status, 'sent');
  });

  // Attack: keep an owner from a new code with a single network.
  test('one network can send a person eight, and the owner gets a code from elsewhere all the same', async () => {
    const { otp, clock, inbox } = createTestOtp();
    for (let minute = 0; minute < dayMinutes; minute++) {
      await otp.request('alice@example.com', { ip: `203.0.113.${minute % 250}` });
      clock.advance(minuteMs);
      if (minute % 15 !== 0) continue;
      const before = inbox.messages.length;
      const own = await otp.request('alice@example.com', { ip: '192.0.2.7', bind: true });
      assert.equal(own.status, 'sent', `minute ${minute}`);
      assert.equal(inbox.messages.length, before + 1);
      const challenge = own.status === 'sent' ? own.challenge : undefined;
      const { status } = await otp.verify('alice@example.com', inbox.lastCode(), { challenge });
      assert.equal(status, 'valid');
    }
  });
});

describe('an address', () => {
  // Attack: ask for a code of everybody there is, as fast as the limit of ten minutes allows.
  const ask = async (ip: (minute: number) => string, minutes = dayMinutes) => {
    const { otp, clock, inbox } = createTestOtp();
    for (let minute = 0; minute < minutes; minute++) {
      for (let i = 0; i < 5; i++) await otp.request(`${minute}x${i}@example.com`, { ip: ip(minute) });
      clock.advance(minuteMs);
    }
    return inbox.messages.length;
  };

  test('sends 400 messages by mail in a day', async () => {
    assert.equal(await ask(() => '203.0.113.7'), 400);
    assert.equal(await ask(() => '2001:db8:1:1::7'), 400);
  });

  test('that is nobody’s own has only the limit of ten minutes', async () => {
    for (const ip of ['127.0.0.1', '10.1.2.3', '100.64.0.1', 'fe80::1', '::ffff:192.168.0.1']) {
      assert.equal(await ask(() => ip, 300), 1500, ip);
    }
  });

  // Attack: hide one's address, so that nothing counts.
  test('that is missing or no address is one budget with all limits', async () => {
    assert.equal(await ask((minute) => (minute % 2 ? '' : 'unknown')), 400);
  });
});

describe('sign-ins', () => {
  test('from one address give back what they used: a thousand people sign in from one office', async () => {
    const { otp, clock, inbox } = createTestOtp();
    const ip = '203.0.113.7';
    for (let person = 0; person < 1000; person++) {
      const identity = `person${person}@example.com`;
      assert.equal((await otp.request(identity, { ip })).status, 'sent');
      assert.equal((await otp.verify(identity, inbox.lastCode(), { ip })).status, 'valid');
      clock.advance(minuteMs / 2);
    }
  });

  test('of one person give back what they used: a hundred in a day', async () => {
    const { otp, clock, inbox } = createTestOtp();
    for (let i = 0; i < 100; i++) {
      assert.equal((await otp.request('alice@example.com', { ip: '203.0.113.7' })).status, 'sent');
      assert.equal((await otp.verify('alice@example.com', inbox.lastCode())).status, 'valid');
      clock.advance(14 * minuteMs);
    }
  });
});

describe('both ways of use that the service was made for', () => {
  test('from loopback: five requests, then one that is refused for ten minutes, twice in an hour', async () => {
    const { otp, clock, inbox } = createTestOtp();
    const ip = '127.0.0.1';
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5; i++) {
        assert.equal((await otp.request('alice@example.com', { ip })).status, 'sent');
      }
      assert.equal(new Set(inbox.messages.slice(-5).map(({ code }) => code)).size, 1);
      const sixth = await otp.request('alice@example.com', { ip });
      assert.equal(sixth.status === 'rate_limited' && sixth.limit, 'request_identity');
      assert.equal((await otp.verify('alice@example.com', inbox.lastCode(), { ip })).status, 'valid');
      clock.advance(30 * minuteMs);
    }
  });

  test('a back end that names no address has 10 000 people sign in on a day, and nothing is refused', async () => {
    const { otp, clock, inbox } = createTestOtp();
    for (let person = 0; person < 10_000; person++) {
      const identity = person % 2 ? `p${person}@example.com` : `+49151${String(10_000_000 + person * 7919)}`;
      assert.equal((await otp.request(identity)).status, 'sent', identity);
      assert.equal((await otp.verify(identity, inbox.lastCode())).status, 'valid');
      clock.advance((dayMinutes * minuteMs) / 10_000);
    }
  });
});

describe('a service that sends to few', () => {
  // Attack: find out who may enter from what a limit of the day gives back.
  test('answers everyone alike: those who are sent nothing pay the same, and get nothing back', async () => {
    const ask = async (identity: string) => {
      const { otp, clock } = createTestOtp({ gateAllow: ['alice@example.com'] });
      const answers: unknown[] = [];
      for (let minute = 0; minute < dayMinutes; minute += 5) {
        answers.push(await otp.request(identity, { ip: addressOf(minute) }));
        clock.advance(5 * minuteMs);
      }
      return answers;
    };
    const allowed = await ask('alice@example.com');
    assert.ok(allowed.some((answer) => (answer as { limit?: string }).limit === 'request_day'));
    assert.deepEqual(await ask('mallory@example.com'), allowed);
  });
});
