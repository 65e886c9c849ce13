import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Receipt } from '../../src/index.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';
type Kit = ReturnType<typeof createTestOtp>;

async function bind(kit: Kit) {
  const result = await kit.otp.request(alice, { bind: true });
  assert.ok(result.status === 'sent' && result.challenge);
  return { code: kit.inbox.lastCode(), options: { challenge: result.challenge } };
}

/** Wrong guesses at a bound code that the stranger has requested. */
async function guess(kit: Kit, times: number) {
  const { code, options } = await bind(kit);
  for (let i = 0; i < times; i++) await kit.otp.verify(alice, kit.wrong(code), options);
}

// Attack: do what can be done to keep someone out. What the documents say remains possible is held here as well, so that
// they neither promise too much nor keep a warning that no longer applies.
describe('what strangers can do to an owner', () => {
  test('they can spend the attempts of an unbound code, and of no bound one', async () => {
    for (const isBound of [false, true]) {
      const kit = createTestOtp();
      const { code, options } = isBound ? await bind(kit) : { code: await kit.obtain(alice), options: {} };
      for (let i = 0; i < 5; i++) await kit.otp.verify(alice, kit.wrong(code));
      assert.equal((await kit.otp.verify(alice, code, options)).status, isBound ? 'valid' : 'blocked');
    }
  });

  test('a code that is out of attempts is followed by another one at once', async () => {
    const kit = createTestOtp();
    const code = await kit.obtain(alice);
    for (let i = 0; i < 5; i++) await kit.otp.verify(alice, kit.wrong(code));
    assert.equal((await kit.otp.verify(alice, code)).status, 'blocked');
    assert.equal((await kit.otp.verify(alice, await kit.obtain(alice))).status, 'valid');
  });

  test('no wrong guess ends a code that is pending: the tenth makes new codes long, and they work', async () => {
    const kit = createTestOtp();
    const short = await bind(kit);
    await guess(kit, 5);
    assert.equal((await bind(kit)).code.length, 10);
    assert.equal((await kit.otp.verify(alice, short.code, short.options)).status, 'valid');
    const other = await bind(kit);
    assert.equal(other.code.length, 6);
    kit.clock.advance(600_000);
    await guess(kit, 5);
    const long = await bind(kit);
    assert.equal(long.code.length, 10);
    for (let i = 0; i < 3; i++) await guess(kit, 3);
    assert.equal((await kit.otp.verify(alice, long.code, long.options)).status, 'valid');
  });

  test('they can use up the messages of ten minutes, and then the owner waits', async () => {
    const kit = createTestOtp();
    for (let i = 0; i < 5; i++) await kit.otp.request(alice, { bind: i % 2 === 0 });
    const refused = await kit.otp.request(alice);
    assert.ok(refused.status === 'rate_limited' && refused.limit === 'request_identity');
    kit.clock.advance(refused.retryAfterSeconds * 1000);
    assert.equal((await kit.otp.request(alice)).status, 'sent');
  });
});

// Attack: spend the limits of others by calls that are refused anyway.
describe('a refused call', () => {
  test('counts for its address, and for no identity', async () => {
    const kit = createTestOtp({ requestIpMax: 8 });
    const ip = '198.51.100.7';
    for (let i = 0; i < 5; i++) assert.equal((await kit.otp.request(alice, { ip })).status, 'sent');
    for (let i = 0; i < 3; i++) {
      const refused = await kit.otp.request(alice, { ip });
      assert.ok(refused.status === 'rate_limited' && refused.limit === 'request_identity');
    }
    const other = await kit.otp.request('bob@example.com', { ip });
    assert.ok(other.status === 'rate_limited' && other.limit === 'request_ip');
    kit.clock.advance(600_000);
    assert.equal((await kit.otp.request(alice, { ip })).status, 'sent');
  });

  test('by the limit of an address counts nowhere', async () => {
    const kit = createTestOtp({ requestIpMax: 1, verifyIpMax: 1 });
    const ip = '198.51.100.7';
    await kit.otp.request('bob@example.com', { ip });
    for (let i = 0; i < 20; i++) {
      kit.clock.advance(20_000);
      const refused = await kit.otp.request(alice, { ip });
      assert.ok(refused.status === 'rate_limited' && refused.limit === 'request_ip');
    }
    kit.clock.advance(200_000);
    for (let i = 0; i < 5; i++) assert.equal((await kit.otp.request(alice)).status, 'sent');
    assert.equal((await kit.otp.request('carol@example.com', { ip })).status, 'sent');
  });
});

const unknown: Receipt = { ok: false, category: 'invalid_recipient', retryable: false, detail: 'SMTP 550' };

// Attack: ask for codes for every name that a mail server might have, and see which it knows.
describe('which mailboxes exist', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const countSent = async (kit: Kit) => {
    let sent = 0;
    for (let i = 0; i < 12; i++) {
      if ((await kit.otp.request(alice)).status === 'sent') sent += 1;
      await settle();
    }
    return sent;
  };

  test('is told by answers that wait, and by the limit of messages in the background', async () => {
    const direct = await createTestOtp({ answer: () => unknown }).otp.request(alice);
    assert.deepEqual(direct, { status: 'delivery_failed', category: 'invalid_recipient' });
    const [known, refused] = [undefined, () => unknown].map((answer) =>
      createTestOtp({ deliveryMode: 'background', ...(answer && { answer }) }),
    );
    assert.ok(known && refused);
    assert.deepEqual([await countSent(known), await countSent(refused)], [5, 12]);
  });

  test('is told by nothing where some people are sent nothing', async () => {
    const options = { shouldSend: () => true };
    const [known, refused] = [createTestOtp(options), createTestOtp({ ...options, answer: () => unknown })];
    const answers = await Promise.all([known, refused].map((kit) => kit.otp.request(alice)));
    assert.deepEqual(answers[0], answers[1]);
    await settle();
    assert.deepEqual([await countSent(known), await countSent(refused)], [4, 4]);
  });
});
