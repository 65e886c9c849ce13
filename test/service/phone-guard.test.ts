import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Channel } from '../../src/core/policy.js';
import type { OtpOptions, Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';

const mobile = '+4915112345678';
const landline = '+493012345678';

/** A store that notes what it is asked. */
function watchStore() {
  const inner = createMemoryStore();
  const asked: string[] = [];
  const watch = <Verb extends 'open' | 'hit'>(verb: Verb): Store[Verb] =>
    ((...given: never[]) => {
      asked.push(verb);
      return (inner[verb] as (...given: never[]) => unknown)(...given);
    }) as unknown as Store[Verb];
  return { asked, store: { ...inner, open: watch('open'), hit: watch('hit') } };
}

/** The service with transports for these channels alone. */
function createGuarded(options: Partial<OtpOptions> = {}, served?: readonly Channel[]) {
  const { asked, store } = watchStore();
  const sent: string[] = [];
  const transport = {
    name: 'phones',
    channels: served ?? (['email', 'sms', 'whatsapp', 'voice'] as const),
    async send({ channel, to }: { channel: Channel; to: string }) {
      sent.push(`${channel} ${to}`);
      return { ok: true as const };
    },
  };
  const { otp } = createTestOtp({ ...options, store, transports: [transport] });
  return { otp, asked, sent };
}

// Attack: pump SMS to premium numbers, from as many addresses as it takes.
test('no number of a kind that costs or reaches nobody is sent anything, and nothing is counted', async () => {
  const { otp, asked, sent } = createGuarded();
  for (const number of [
    '+19005551234',
    '+18005551234',
    '+18815551234',
    '+15005550006',
    '+15235551234',
    '+447012345678',
    '+447640123456',
    '+448712345678',
    '+445512345678',
    '+33899123456',
    '+33800123456',
    '+33810123456',
    '+499001234567',
    '+491806123456',
    '+4970012345678',
    '+80012345678',
    '+80812345678',
    '+870773111632',
    '+881612345678',
    '+88216510000000',
    '+883510012345',
    '+878101234567890',
    '+979123456789',
    '+88812345678901',
  ]) {
    for (const channel of [undefined, 'sms', 'whatsapp', 'voice'] as const) {
      const result = await otp.request(number, { channel, ip: '192.0.2.1' });
      assert.deepEqual(result, { status: 'unsupported_number' }, `${number} ${channel}`);
    }
  }
  assert.deepEqual([asked, sent], [[], []]);
});

// Attack: use up the limit of an address, or of a number, with requests that are refused.
test('a refused country counts nothing, however often it is asked for', async () => {
  const { otp, asked, sent } = createGuarded({ phoneCountries: ['US'], requestIpMax: 5 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2_000_000, max: 9_999_999 }), fc.ipV4(), async (rest, ip) => {
      assert.deepEqual(await otp.request(`+1876${rest}`, { ip }), { status: 'unsupported_country' });
    }),
    { seed: 16, numRuns: 300 },
  );
  for (const number of [mobile, landline, '+447400123456', '+14165551234'])
    assert.deepEqual(await otp.request(number, { ip: '192.0.2.1' }), { status: 'unsupported_country' });
  assert.deepEqual([asked, sent], [[], []]);
  assert.equal((await otp.request('+12125551234', { ip: '192.0.2.1' })).status, 'sent');
});

test('without countries the library sends to all', async () => {
  const { otp, sent } = createGuarded();
  for (const number of [mobile, '+18765551234', '+525512345678', '+5511961234567', '+393123456789'])
    assert.equal((await otp.request(number)).status, 'sent', number);
  assert.equal(sent.length, 5);
});

describe('a fixed line', () => {
  test('is sent no SMS, and can be called or reached by WhatsApp', async () => {
    const { otp, sent } = createGuarded();
    for (const number of [landline, '+390612345678', '+551123456789']) {
      assert.deepEqual(await otp.request(number, { channel: 'sms' }), { status: 'unsupported_number' });
      for (const channel of ['voice', 'whatsapp'] as const)
        assert.equal((await otp.request(number, { channel })).status, 'sent', number);
    }
    assert.ok(sent.every((line) => !line.startsWith('sms')));
  });

  test('is called when no channel is named, and refused where none reaches it', async () => {
    for (const [served, channel] of [
      [['sms', 'voice'], 'voice'],
      [['sms', 'whatsapp', 'voice'], 'voice'],
      [['sms', 'whatsapp'], 'whatsapp'],
    ] as const) {
      const result = await createGuarded({}, served).otp.request(landline);
      assert.equal(result.status === 'sent' && result.channel, channel);
    }
    const texted = createGuarded({}, ['sms']);
    assert.deepEqual(await texted.otp.request(landline), { status: 'unsupported_number' });
    assert.deepEqual(await texted.otp.request(landline, { channel: 'voice' }), {
      status: 'unsupported_channel',
    });
    assert.equal((await texted.otp.request('+12125551234')).status, 'sent');
  });
});

test('a test identity is sent nothing, so its number may be of any country and kind', async () => {
  const { otp, sent } = createGuarded({
    phoneCountries: ['DE'],
    testIdentities: [{ identity: '+15005550006', code: '482931', until: '9999-12-31' }],
  });
  assert.equal((await otp.request('+15005550006')).status, 'sent');
  assert.deepEqual(sent, []);
});

test('observing does not let a country or a kind through', async () => {
  const { otp } = createGuarded({ phoneCountries: ['DE'], phoneGuard: 'observe' });
  assert.equal((await otp.request('+18765551234')).status, 'unsupported_country');
  assert.equal((await otp.request('+499001234567')).status, 'unsupported_number');
});

test('observing sends what limits of prefixes and countries would refuse, and says so; all else is refused as ever', async () => {
  const { lines, logger } = keepLines();
  const { otp, inbox } = createTestOtp({
    dayBudgets: 'enforce',
    phoneGuard: 'observe',
    phoneCountries: ['DE:100'],
    paidDayMax: 1000,
    logger,
  });
  const ask = (number: number, network: number) =>
    otp.request(`+49151${10_000_000 + number}`, { ip: `198.${18 + (network >> 8)}.${network & 255}.7` });
  for (let i = 0; i < 150; i++) assert.equal((await ask(i, i)).status, 'sent', `number ${i}`);
  const exceeded = lines.filter(({ event }) => event === 'budget.exceeded').map(({ limit }) => limit);
  // 20 to the prefix; past that both rows would refuse, and the first is named.
  assert.equal(exceeded.length, 130);
  assert.deepEqual([...new Set(exceeded)], ['phone_prefix']);
  for (let i = 0; i < 150; i++) assert.equal((await ask(i * 10_007, i)).status, 'sent', `far number ${i}`);
  assert.ok(lines.some(({ event, limit }) => event === 'budget.exceeded' && limit === 'phone_country'));
  // Limits of one number, one address and the installation hold.
  for (let i = 0; i < 9; i++) await ask(1, 300 + i);
  const sixth = await ask(1, 400);
  assert.equal(sixth.status === 'rate_limited' && sixth.limit, 'request_identity');
  for (let i = 0; i < 600; i++) await ask(5_000_000 + i * 10_007, 500 + i);
  const last = await ask(80_000_000, 2000);
  assert.equal(last.status === 'rate_limited' && last.limit, 'paid_day');
  assert.ok(inbox.messages.length <= 750);
});

test('addresses and ids are not judged', async () => {
  const { otp } = createTestOtp({ phoneCountries: ['DE'] });
  for (const identity of ['+49@example.com', '+19005551234@example.com', 'user:19005551234'])
    assert.equal((await otp.request(identity)).status, 'sent', identity);
});

test('the API answers 400 with the code of the problem, and verifies of such numbers find no code', async () => {
  const { otp } = createTestOtp({ phoneCountries: ['US'] });
  const ask = (path: string, body: object) => post(otp.handler, `/api/v1/otp/${path}`, body);
  const country = await ask('request', { identity: '+18765551234' });
  assert.deepEqual([country.status, country.body['code']], [400, 'unsupported_country']);
  const number = await ask('request', { identity: '+19005551234' });
  assert.deepEqual([number.status, number.body['code']], [400, 'unsupported_number']);
  const verified = await ask('verify', { identity: '+18765551234', otp: '482931' });
  assert.deepEqual([verified.status, verified.body['code']], [410, 'expired_code']);
});

test('the library names the entry that is wrong', () => {
  assert.throws(() => createTestOtp({ phoneCountries: ['UK'] }), {
    message: 'phoneCountries: UK is not a country; did you mean GB?',
  });
  assert.throws(() => createTestOtp({ phoneCountries: 'DE' as never }), /phoneCountries must be a list of/);
  assert.throws(() => createTestOtp({ phoneCountries: [] }), /phoneCountries must be a list of/);
  assert.throws(
    () => createTestOtp({ phoneGuard: 'off' as never }),
    /phoneGuard must be one of enforce, observe/,
  );
});
