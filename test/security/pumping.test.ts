import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateApiKey, type OtpOptions, type Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualTime } from '../helpers/clock.js';
import { createTestOtp, post } from '../helpers/otp.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const requests = 5000;

const create = (options: Partial<OtpOptions> = {}) => createTestOtp({ dayBudgets: 'enforce', ...options });
/** Each in a network of its own. */
const addressOf = (number: number) => `2001:${(0x1000 + number).toString(16)}::1`;
/** Mobile numbers in Germany; a thousand of them have neighbouring numbers. */
const numberOf = (number: number) => `+49151${String(10_000_000 + number * 10)}`;
/** Each with a prefix of its own. */
const farNumberOf = (number: number) => `+49151${String(10_000_000 + number * 10_007)}`;

// Attack: own numbers that are paid for what they receive, and have them sent codes from a botnet.
test('thousands of requests from as many addresses get the figures of a prefix and a country', async () => {
  for (const [toNumber, figure] of [
    [(number: number) => numberOf(number % 1000), 20 * 24],
    [farNumberOf, 100],
  ] as const) {
    const { otp, inbox, clock } = create();
    const limits = new Set<string>();
    for (let i = 0; i < requests; i++) {
      const result = await otp.request(toNumber(i), { ip: addressOf(i) });
      if (result.status === 'rate_limited') limits.add(result.limit);
      clock.advance((24 * hourMs) / requests);
    }
    assert.ok(inbox.messages.length <= Math.min(figure, 100), String(inbox.messages.length));
    assert.ok(limits.has('phone_country') || limits.has('phone_prefix'));
  }
});

test('neighbouring numbers are sent twenty an hour', async () => {
  const { otp, inbox } = create({ phoneCountries: ['DE:5000'] });
  const limits = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const result = await otp.request(numberOf(i), { ip: addressOf(i) });
    if (result.status === 'rate_limited') limits.add(result.limit);
  }
  assert.equal(inbox.messages.length, 20);
  assert.deepEqual([...limits], ['phone_prefix']);
});

// Attack: own a thousand numbers, and type the codes that they receive, so that the figures grow.
test('numbers that verify raise the figure of their country by no more than they verify', async () => {
  const { otp, inbox, clock } = create();
  let verified = 0;
  let unverified = 0;
  for (let i = 0; i < requests; i++) {
    const identity = farNumberOf(i);
    const isOwn = i % 5 === 0;
    const result = await otp.request(identity, { ip: addressOf(i) });
    if (result.status === 'sent' && !isOwn) unverified += 1;
    if (result.status === 'sent' && isOwn) {
      assert.equal((await otp.verify(identity, inbox.lastCode())).status, 'valid');
      verified += 1;
    }
    clock.advance((24 * hourMs) / requests);
  }
  assert.ok(verified > 0);
  assert.ok(unverified + verified / 5 <= Math.max(100, verified), `${unverified} besides ${verified}`);
});

// Attack: send one message to each country there is, so that no country's figure is reached.
test('one address reaches three countries a day', async () => {
  const { otp, inbox } = create();
  const numbers = ['+4915112345678', '+43664123456', '+41791234567', '+33612345678', '+34612345678'];
  const limits = [];
  for (const number of numbers) {
    const result = await otp.request(number, { ip: '203.0.113.7' });
    limits.push(result.status === 'rate_limited' ? result.limit : result.status);
  }
  assert.deepEqual(limits, ['sent', 'sent', 'sent', 'phone_country', 'phone_country']);
  assert.equal(inbox.messages.length, 3);
  assert.equal((await otp.request('+33612345678', { ip: '198.51.100.7' })).status, 'sent');
});

test('two hundred colleagues with neighbouring numbers sign in from one office over a working day', async () => {
  const { otp, inbox, clock } = create();
  for (let person = 0; person < 200; person++) {
    const ip = `203.0.113.${person % 8}`;
    assert.equal((await otp.request(numberOf(person), { ip })).status, 'sent', `person ${person}`);
    clock.advance(minuteMs / 2);
    assert.equal((await otp.verify(numberOf(person), inbox.lastCode(), { ip })).status, 'valid');
    clock.advance((8 * hourMs) / 200 - minuteMs / 2);
  }
});

test('a country with real sign-ins is not refused: three hundred a day', async () => {
  const { otp, inbox, clock } = create();
  for (let i = 0; i < 900; i++) {
    const identity = farNumberOf(i);
    assert.equal((await otp.request(identity, { ip: addressOf(i) })).status, 'sent', `sign-in ${i}`);
    // One in ten never arrives, or is never typed.
    if (i % 10 > 0) assert.equal((await otp.verify(identity, inbox.lastCode())).status, 'valid');
    clock.advance((24 * hourMs) / 300);
  }
});

// Attack: use up what a prefix and a country are sent, to keep the people who live there out.
test('known browsers have figures of prefixes and countries of their own, which hold for them as well', async () => {
  const { otp, inbox, clock } = create({ phoneCountries: ['DE:100'] });
  const devices: string[] = [];
  for (let person = 0; person < 150; person++) {
    // Half of them are neighbours.
    const number = person < 75 ? numberOf(person) : farNumberOf(person);
    await otp.request(number, { ip: addressOf(person) });
    const result = await otp.verify(number, inbox.lastCode(), { remember: true });
    assert.ok(result.status === 'valid', `person ${person}`);
    devices.push(result.device ?? '');
    clock.advance(15 * minuteMs);
  }
  clock.advance(25 * hourMs);
  const limits = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const number = i % 2 ? numberOf(500 + i) : farNumberOf(500 + i);
    const result = await otp.request(number, { ip: addressOf(1000 + i) });
    if (result.status === 'rate_limited') limits.add(result.limit);
  }
  assert.deepEqual([...limits].sort(), ['phone_country', 'phone_prefix']);
  const askAsKnown = async (from: number, to: number) => {
    let sent = 0;
    for (let person = from; person < to; person++) {
      const number = person < 75 ? numberOf(person) : farNumberOf(person);
      const result = await otp.request(number, { device: devices[person], ip: addressOf(2000 + person) });
      if (result.status === 'sent') sent += 1;
    }
    return sent;
  };
  assert.equal(await askAsKnown(0, 75), 20);
  assert.equal(await askAsKnown(75, 150), 75);
  clock.advance(hourMs + 3 * minuteMs);
  // 95 of the 100 of the day are used up.
  assert.equal(await askAsKnown(0, 75), 5);
});

// Attack: have a bill that nobody can pay, through several processes.
test('a ceiling for all that costs holds over processes, and its last quarter is for those who are trusted', async () => {
  for (const paidDayMax of [1, 40, 1000]) {
    const time = createManualTime();
    const store = createMemoryStore({ clock: time.clock });
    const processes = [1, 2, 3].map(() =>
      create({ store, time, paidDayMax, phoneCountries: ['DE:5000'] } as Partial<OtpOptions>),
    );
    const ask = (i: number, unguarded = false) =>
      processes[i % 3]?.otp.request(farNumberOf(i), { ip: addressOf(i), unguarded });
    const count = () => processes.reduce((sum, { inbox }) => sum + inbox.messages.length, 0);
    for (let i = 0; i < 1500; i++) await ask(i);
    const strangers = Math.max(1, Math.floor(paidDayMax * 0.75));
    assert.ok(count() <= strangers && count() >= strangers * 0.97, `${count()} of ${paidDayMax}`);
    const refused = await ask(2000);
    assert.equal(refused?.status === 'rate_limited' && refused.limit, 'paid_day');
    for (let i = 3000; i < 4000; i++) await ask(i, true);
    assert.ok(count() <= paidDayMax && count() >= paidDayMax * 0.95, `${count()} of ${paidDayMax}`);
    time.clock.advance(26 * hourMs);
    assert.equal((await ask(5000))?.status, 'sent');
  }
});

test('a key with the right unguarded is held by the limits of identities alone', async () => {
  const { key, hash } = generateApiKey();
  const { otp, inbox } = create({
    apiKeyHashes: [{ name: 'batch', hash, rights: ['otp', 'unguarded'] }],
    phoneCountries: ['DE'],
  });
  const ask = (identity: string) =>
    post(otp.handler, '/api/v1/otp/request', { identity }, { 'X-API-Key': key });
  for (let i = 0; i < 300; i++) assert.equal((await ask(numberOf(i))).status, 200);
  assert.equal(inbox.messages.length, 300);
  for (let i = 0; i < 10; i++) await ask(numberOf(5000));
  assert.equal((await ask(numberOf(5000))).body['limit'], 'request_identity');
  assert.equal((await ask('+33612345678')).status, 400);
});

// Attack: crash the service between what it counts and what it sends.
test('a crash between any two steps counts too much, and never too little', async () => {
  const time = createManualTime();
  const memory = createMemoryStore({ clock: time.clock });
  for (const failing of ['open', 'refund'] as const) {
    const store = { ...memory, [failing]: () => Promise.reject(new Error('gone')) } as Store;
    const { otp } = create({ store, time } as Partial<OtpOptions>);
    const ip = `192.0.${failing.length}.7`;
    for (let i = 0; i < 100; i++) {
      const identity = `${failing}${i}@example.com`;
      await otp.request(identity, { ip }).catch(() => {});
      if (i % 40 === 39) time.clock.advance(11 * minuteMs);
    }
    const healthy = create({ store: memory, time } as Partial<OtpOptions>);
    time.clock.advance(11 * minuteMs);
    let sent = 0;
    for (let i = 0; i < 400; i++) {
      if ((await healthy.otp.request(`next${failing}${i}@example.com`, { ip })).status === 'sent') sent += 1;
      if (i % 40 === 39) time.clock.advance(11 * minuteMs);
    }
    assert.equal(sent, 300);
  }
});

// Attack: fill the tables of the memory store with invented networks and people.
test('a store without room for another count asks for a check, and never fails', async () => {
  const time = createManualTime();
  const store = createMemoryStore({ clock: time.clock, maxEntries: 40 });
  const { otp } = create({ store, time } as Partial<OtpOptions>);
  const statuses = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const { status } = await otp.request(`p${i}@example.com`, { ip: addressOf(i) });
    statuses.add(status);
    time.clock.advance(11 * minuteMs);
  }
  assert.deepEqual([...statuses], ['sent']);
});
