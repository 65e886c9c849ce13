import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt, RefusalCategory } from '../../src/index.js';
import { settle } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';
const isOkay = (): Receipt => ({ ok: true });
const refuse = (category: RefusalCategory): Receipt => ({
  ok: false,
  category,
  retryable: true,
  detail: 'test',
});

test('sent: the code goes to the canonical identity, with its life and its length', async () => {
  const { otp, inbox } = createTestOtp();
  assert.deepEqual(await otp.request('Alice@Example.com', { locale: 'de' }), {
    status: 'sent',
    channel: 'email',
    ttlSeconds: 300,
    resendInSeconds: 0,
    codeLength: 6,
  });
  const [message] = inbox.messages;
  assert.equal(message?.to, alice);
  assert.equal(message?.channel, 'email');
  assert.equal(message?.expiresInSeconds, 300);
  assert.match(message?.code ?? '', /^[0-9]{6}$/);
  assert.ok(message?.text.includes(message.code) && message.text.includes('5 Minuten'));
  assert.equal(message?.locale, 'de');
});

test('a resend brings the same code with the life that is left', async () => {
  const { otp, clock, inbox, obtain } = createTestOtp();
  const code = await obtain(alice);
  clock.advance(53_400);
  const again = await otp.request(alice);
  assert.equal(again.status === 'sent' && again.ttlSeconds, 246);
  assert.equal(inbox.lastCode(), code);
  assert.ok(inbox.messages.at(-1)?.text.includes('4 minutes'));
});

test('a short-lived code is not sent again with less than a third of its life left', async () => {
  const { clock, obtain } = createTestOtp({ windowSeconds: 120 });
  const code = await obtain(alice);
  clock.advance(79_000);
  assert.equal(await obtain(alice), code);
  clock.advance(2_000);
  assert.notEqual(await obtain(alice), code);
});

test('pending: under refuse there is one code at a time', async () => {
  const { otp, clock, obtain } = createTestOtp({ resend: 'refuse' });
  await obtain(alice);
  clock.advance(100_000);
  assert.deepEqual(await otp.request(alice), { status: 'pending', retryAfterSeconds: 200 });
});

test('blocked: under refuse a code out of attempts is not sent again, and otherwise a new one is', async () => {
  for (const resend of ['refuse', 'reuse', 'rotate'] as const) {
    const { otp, obtain, wrong, inbox } = createTestOtp({ resend });
    const code = await obtain(alice);
    for (let i = 0; i < 5; i++) await otp.verify(alice, wrong(code));
    const result = await otp.request(alice);
    if (resend === 'refuse') assert.deepEqual(result, { status: 'blocked', retryAfterSeconds: 300 });
    else assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'valid');
    assert.equal(inbox.messages.length, resend === 'refuse' ? 1 : 2);
  }
});

test('expired: only a challenge that lives can be sent again', async () => {
  const { otp, clock } = createTestOtp();
  const bound = await otp.request(alice, { bind: true });
  const challenge = bound.status === 'sent' ? bound.challenge : undefined;
  assert.match(challenge ?? '', /^[A-Za-z0-9_-]{22}$/);
  const again = await otp.request(alice, { challenge });
  assert.equal(again.status === 'sent' && again.challenge, challenge);
  assert.deepEqual(await otp.request('bob@example.com', { challenge }), { status: 'expired' });
  clock.advance(300_000);
  assert.deepEqual(await otp.request(alice, { challenge }), { status: 'expired' });
});

test('rate_limited by identity: five sends in rolling ten minutes, as many ways as there are', async () => {
  const { otp, clock, obtain } = createTestOtp({ purposes: ['sign-in', 'payment'] });
  await obtain(alice);
  await obtain('ALICE@example.com', { purpose: 'payment' });
  await obtain(alice, { bind: true });
  clock.advance(60_000);
  await obtain(alice);
  const fifth = await otp.request(alice);
  assert.equal(fifth.status === 'sent' && fifth.resendInSeconds, 540);
  for (const options of [{}, { purpose: 'payment' }, { bind: true }]) {
    assert.deepEqual(await otp.request(alice, options), {
      status: 'rate_limited',
      limit: 'request_identity',
      retryAfterSeconds: 540,
    });
  }
  await obtain('bob@example.com');
  clock.advance(540_000);
  await obtain(alice);
});

test('rate_limited by cooldown', async () => {
  const { otp, clock, obtain } = createTestOtp({ resendCooldownSeconds: 30 });
  await obtain(alice);
  clock.advance(9_500);
  assert.deepEqual(await otp.request(alice), {
    status: 'rate_limited',
    limit: 'cooldown',
    retryAfterSeconds: 21,
  });
  clock.advance(20_500);
  await obtain(alice);
});

// Attack: spend someone's sends from an address that is refused anyway.
test('rate_limited by address comes first and spends nothing of the identity', async () => {
  const { otp, obtain } = createTestOtp({ requestIpMax: 2, requestIdentityMax: 2 });
  const ip = '2001:db8::1';
  await obtain('x@example.com', { ip });
  await obtain('y@example.com', { ip: '2001:db8::2' });
  for (let i = 0; i < 10; i++) {
    const result = await otp.request(alice, { ip: '2001:db8::3' });
    assert.equal(result.status === 'rate_limited' && result.limit, 'request_ip');
  }
  await obtain(alice, { ip: '192.0.2.1' });
  await obtain(alice, { ip: '192.0.2.1' });
});

// Attack: get a /48 for nothing, and use each of its 65 536 /64s as an address of its own.
test('the networks of one IPv6 /48 together have 16 times the limit of one', async () => {
  const { otp, inbox, obtain } = createTestOtp({ requestIpMax: 2, verifyIpMax: 2 });
  const ask = async (ip: string) =>
    (await otp.request(`${inbox.messages.length}@example.com`, { ip })).status;
  for (let subnet = 0; subnet < 16; subnet++) {
    const ip = `2001:db8:1:${subnet.toString(16)}::1`;
    assert.deepEqual([await ask(ip), await ask(ip), await ask(ip)], ['sent', 'sent', 'rate_limited']);
  }
  for (let subnet = 16; subnet < 200; subnet++) {
    assert.equal(await ask(`2001:db8:1:${subnet.toString(16)}::1`), 'rate_limited');
  }
  assert.equal(await ask('2001:db8:2::1'), 'sent');
  await obtain(alice);
  let counted = 0;
  for (let subnet = 0; subnet < 100; subnet++) {
    const ip = `2001:db8:1:${subnet.toString(16)}::1`;
    const result = await otp.verify(alice, '000000', { ip, challenge: 'none' });
    if (result.status !== 'rate_limited') counted += 1;
  }
  assert.equal(counted, 32);
});

// Attack: spend the budget of an IPv4 address again through NAT64, 6to4 and a stateless translator.
test('an IPv4 address has one budget, however it is embedded in IPv6', async () => {
  const { otp, obtain } = createTestOtp({ requestIpMax: 1 });
  await obtain('x@example.com', { ip: '192.0.2.7' });
  for (const ip of ['64:ff9b::192.0.2.7', '64:ff9b:1::192.0.2.7', '::ffff:0:192.0.2.7', '2002:c000:207::1']) {
    assert.equal((await otp.request(alice, { ip })).status, 'rate_limited');
  }
});

test('delivery_failed: a definite refusal gives the send back, and another code goes out next time', async () => {
  let answer: Receipt = refuse('unavailable');
  const { otp, inbox } = createTestOtp({ requestIdentityMax: 1, answer: () => answer });
  assert.deepEqual(await otp.request(alice), { status: 'delivery_failed', category: 'unavailable' });
  answer = isOkay();
  assert.equal((await otp.request(alice)).status, 'sent');
  assert.notEqual(inbox.messages[0]?.code, inbox.messages[1]?.code);
  assert.equal((await otp.request(alice)).status, 'rate_limited');
});

test('delivery_failed: a refused bound request gives its send back too', async () => {
  let answer: Receipt = refuse('rejected');
  const { otp } = createTestOtp({ requestIdentityMax: 1, resend: 'refuse', answer: () => answer });
  assert.equal((await otp.request(alice, { bind: true })).status, 'delivery_failed');
  answer = isOkay();
  assert.equal((await otp.request(alice, { bind: true })).status, 'sent');
});

// Attack: a provider that times out after accepting would deliver without end, each send given back.
test('delivery_failed: an unknown outcome never gives the send back', async () => {
  for (const category of ['timeout', 'unknown'] as const) {
    const { otp } = createTestOtp({ requestIdentityMax: 2, answer: () => refuse(category) });
    assert.equal((await otp.request(alice)).status, 'delivery_failed');
    assert.equal((await otp.request(alice)).status, 'delivery_failed');
    assert.equal((await otp.request(alice)).status, 'rate_limited');
  }
});

test('delivery_failed: a transport that throws or never answers is an unknown outcome', async () => {
  const throwing = createTestOtp({
    requestIdentityMax: 1,
    answer: () => Promise.reject(new Error(`refused ${alice}`)),
  });
  assert.deepEqual(await throwing.otp.request(alice), { status: 'delivery_failed', category: 'unknown' });
  assert.equal((await throwing.otp.request(alice)).status, 'rate_limited');

  let signal: AbortSignal | undefined;
  const silent = createTestOtp({
    deliveryTimeoutMs: 100,
    transports: [
      {
        name: 'silent',
        channels: ['email'],
        send(_message, options) {
          signal = options.signal;
          return new Promise(() => {});
        },
      },
    ],
  });
  const answer = silent.otp.request(alice);
  await settle();
  silent.clock.advance(100);
  assert.deepEqual(await answer, { status: 'delivery_failed', category: 'timeout' });
  assert.equal(signal?.aborted, true);
});

// Attack: have a provider refuse a thousand times, for free.
test('refused sends are given back ten times in ten minutes and thirty times in a day', async () => {
  const { otp, inbox, clock } = createTestOtp({ answer: () => refuse('rejected') });
  const sendAll = async () => {
    inbox.messages.length = 0;
    for (let i = 0; i < 30; i++) await otp.request(alice);
    return inbox.messages.length;
  };
  assert.equal(await sendAll(), 15);
  clock.advance(600_000);
  assert.equal(await sendAll(), 15);
  clock.advance(600_000);
  assert.equal(await sendAll(), 15);
  clock.advance(600_000);
  assert.equal(await sendAll(), 5);
});

test('unsupported_channel: the channel must reach the identity and have a transport', async () => {
  const { otp } = createTestOtp();
  assert.deepEqual(await otp.request(alice, { channel: 'sms' }), { status: 'unsupported_channel' });
  assert.deepEqual(await otp.request('+4915112345678', { channel: 'email' }), {
    status: 'unsupported_channel',
  });
  const mailOnly = createTestOtp({
    transports: [{ name: 'mail', channels: ['email'], send: async () => isOkay() }],
  });
  assert.deepEqual(await mailOnly.otp.request('+4915112345678'), { status: 'unsupported_channel' });
});

test('the channel follows the identity, or the request among those that fit', async () => {
  const { otp, inbox } = createTestOtp({ defaultCountry: 'DE' });
  await otp.request(alice);
  await otp.request('0151 12345678');
  await otp.request('0151 12345678', { channel: 'whatsapp' });
  await otp.request('+4915112345678', { channel: 'voice' });
  await otp.request('user:42');
  assert.deepEqual(
    inbox.messages.map(({ channel, to }) => `${channel} ${to}`),
    [
      'email alice@example.com',
      'sms +4915112345678',
      'whatsapp +4915112345678',
      'voice +4915112345678',
      'custom user:42',
    ],
  );
});

test('invalid_identity: nothing is sent and nothing is counted', async () => {
  const { otp, inbox } = createTestOtp({ requestIpMax: 1 });
  for (const identity of [['alice@example.com'], 'alice@example.com,bob@example.com', '', null]) {
    assert.deepEqual(await otp.request(identity, { ip: '192.0.2.1' }), { status: 'invalid_identity' });
  }
  assert.equal(inbox.messages.length, 0);
  assert.equal((await otp.request(alice, { ip: '192.0.2.1' })).status, 'sent');
});

test('a purpose that is not configured is misuse', async () => {
  const { otp } = createTestOtp();
  await assert.rejects(otp.request(alice, { purpose: 'other' }), /purpose must be one of sign-in/);
  await assert.rejects(otp.verify(alice, '123456', { purpose: 'other' }), RangeError);
});
