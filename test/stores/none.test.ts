import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateSecretKey, type OtpOptions } from '../../src/index.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { createManualTime } from '../helpers/clock.js';
import { createTestOtp, post, secretKey } from '../helpers/otp.js';
import { createPageClient } from '../helpers/page-client.js';

const identity = 'alice@example.com';
const seconds = 1000;

/** An instance that shares only its secrets with others; all of a test have one time. */
function createInstance(options: Partial<OtpOptions> = {}, time = createManualTime()) {
  return createTestOtp({ time, store: createStatelessStore({ clock: time.clock }), ...options });
}

/** Two of them. */
function createPair(one: Partial<OtpOptions> = {}, other: Partial<OtpOptions> = one) {
  const time = createManualTime();
  return { time, a: createInstance(one, time), b: createInstance(other, time) };
}

async function send(instance: ReturnType<typeof createInstance>, options = {}, to = identity) {
  const sent = await instance.otp.request(to, options);
  assert.equal(sent.status, 'sent');
  assert.ok(sent.status === 'sent' && sent.challenge);
  return { ...sent, challenge: sent.challenge, code: instance.inbox.lastCode() };
}

describe('instances that share only a secret', () => {
  test('one verifies what another has sent, and the answer says how the code looks', async () => {
    const { a, b } = createPair();
    const { code, challenge, codeLength, codeAlphabet } = await send(a);
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    assert.match(challenge, /^[A-Za-z0-9_-]{60,70}$/);
    assert.deepEqual([codeLength, codeAlphabet], [12, 'base32']);
    const result = await b.otp.verify(identity, code.toLowerCase().replaceAll('-', ' '), { challenge });
    assert.equal(result.status, 'valid');
  });

  test('a request without a challenge always answers one, each with a code of its own', async () => {
    const { a } = createPair();
    const [one, other] = [await send(a), await send(a)];
    assert.notEqual(one.challenge, other.challenge);
    assert.notEqual(one.code, other.code);
  });

  test('a request that names a live challenge sends the same code again, from any instance', async () => {
    const { a, b, time } = createPair();
    const first = await send(a);
    time.clock.advance(60 * seconds);
    const again = await send(b, { challenge: first.challenge });
    assert.deepEqual([again.code, again.challenge, again.ttlSeconds], [first.code, first.challenge, 240]);
  });

  test('over another channel it is the same code, and the token says how it may have come', async () => {
    const { a, b } = createPair();
    const phone = '+4915112345678';
    const first = await send(a, { channel: 'whatsapp' }, phone);
    const again = await send(b, { channel: 'sms', challenge: first.challenge }, phone);
    assert.equal(again.code, first.code);
    const result = await a.otp.verify(phone, first.code, { challenge: again.challenge });
    assert.ok(result.status === 'valid');
    const check = await a.otp.verifyToken(result.accessToken);
    assert.deepEqual(check.active && check.claims.amr, ['otp', 'sms']);
  });

  test('with little of its life left, a code is replaced', async () => {
    const { a, time } = createPair();
    const first = await send(a);
    time.clock.advance(250 * seconds);
    const again = await send(a, { challenge: first.challenge });
    assert.notEqual(again.code, first.code);
    assert.equal(again.ttlSeconds, 300);
  });

  // Attack: a challenge that was made for another identity, purpose, namespace or secret, or that was changed.
  test('with any other challenge, and without one, the code is expired', async () => {
    const options = { purposes: ['sign-in', 'pay'] };
    const { a, time } = createPair(options);
    const own = await send(a);
    const bob = await send(a, {}, 'bob@example.com');
    const pay = await send(a, { purpose: 'pay' });
    const foreign = await send(createInstance({ ...options, secretKey: generateSecretKey() }, time));
    const tenant = await send(createInstance({ ...options, namespace: 'other' }, time));
    const changed = `${own.challenge.slice(0, 30)}${own.challenge[30] === 'A' ? 'B' : 'A'}${own.challenge.slice(31)}`;
    for (const challenge of [
      bob.challenge,
      pay.challenge,
      foreign.challenge,
      tenant.challenge,
      changed,
      `${own.challenge}A`,
      own.challenge.slice(0, -1),
      'A'.repeat(22),
      'A'.repeat(512),
      undefined,
    ]) {
      assert.deepEqual(await a.otp.verify(identity, own.code, { challenge }), { status: 'expired' });
    }
    assert.equal((await a.otp.verify(identity, own.code, { challenge: own.challenge })).status, 'valid');
  });

  test('a challenge names exactly one code', async () => {
    const { a } = createPair();
    const [one, other] = [await send(a), await send(a)];
    const swapped = await a.otp.verify(identity, one.code, { challenge: other.challenge });
    assert.equal(swapped.status, 'invalid');
  });

  test('clocks may be 30 seconds apart, and no more', async () => {
    const { a, b, time } = createPair();
    const { code, challenge } = await send(a);
    const verify = async () => (await b.otp.verify(identity, code, { challenge })).status;
    time.clock.advance(-30 * seconds);
    assert.equal(await verify(), 'valid');
    time.clock.advance(-1 * seconds);
    assert.equal(await verify(), 'expired');
    time.clock.advance((31 + 329) * seconds);
    assert.equal(await verify(), 'valid');
    time.clock.advance(1 * seconds);
    assert.equal(await verify(), 'expired');
  });

  test('what is not remembered is not faked: a code works until it expires', async () => {
    const { a, b } = createPair();
    const { code, challenge } = await send(a);
    for (const { otp } of [a, a, b, a]) {
      assert.equal((await otp.verify(identity, code, { challenge })).status, 'valid');
    }
  });

  test('attempts are counted by each instance for itself', async () => {
    const { a, b } = createPair();
    const { code, challenge } = await send(a);
    const wrong = `${code[0] === '0' ? '1' : '0'}${code.slice(1)}`;
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      const result = await b.otp.verify(identity, wrong, { challenge });
      assert.deepEqual(result, { status: 'invalid', attemptsLeft });
    }
    assert.equal((await b.otp.verify(identity, code, { challenge })).status, 'blocked');
    assert.equal((await a.otp.verify(identity, code, { challenge })).status, 'valid');
    const another = await send(b, { challenge });
    assert.notEqual(another.code, code);
  });

  test('sends are counted by each instance for itself, and refused ones are given back', async () => {
    const { a, b } = createPair();
    const first = await send(a);
    for (let sends = 1; sends < 5; sends++) await send(a, { challenge: first.challenge });
    const over = await a.otp.request(identity);
    assert.ok(over.status === 'rate_limited' && over.limit === 'request_identity');
    await send(b);

    const refusing = createInstance({ requestIdentityMax: 1 });
    const failing = createTestOtp({
      store: createStatelessStore(),
      requestIdentityMax: 1,
      answer: () => ({ ok: false, category: 'invalid_recipient', retryable: false, detail: 'no' }),
    });
    await send(refusing);
    assert.equal((await refusing.otp.request(identity)).status, 'rate_limited');
    assert.equal((await failing.otp.request(identity)).status, 'delivery_failed');
    assert.equal((await failing.otp.request(identity)).status, 'delivery_failed');
  });

  // Attack: who may enter learns it from the answer to a request.
  test('who may enter is asked at the verify, by whichever instance', async () => {
    const allowed = new Set(['alice@example.com']);
    const { a, b } = createPair({ shouldSend: (identity) => allowed.has(identity) });
    const mallory = 'mallory@example.com';
    const open = createInstance({ secretKey });
    const denied = await a.otp.request(mallory);
    assert.ok(denied.status === 'sent' && denied.challenge);
    // The code that would have been sent.
    const code = open.otp && (await recover(mallory, denied.challenge));
    assert.equal((await b.otp.verify(mallory, code, { challenge: denied.challenge })).status, 'invalid');
    allowed.add(mallory);
    assert.equal((await b.otp.verify(mallory, code, { challenge: denied.challenge })).status, 'valid');
  });

  async function recover(identity: string, challenge: string): Promise<string> {
    const open = createInstance();
    await open.otp.request(identity, { challenge });
    return open.inbox.lastCode();
  }

  test('keys rotate in three deploys, without a failed code', async () => {
    const [before, after] = [generateSecretKey(), generateSecretKey()];
    const identityKey = before;
    const deploys: Partial<OtpOptions>[] = [
      { secretKey: before, identityKey },
      { secretKey: before, previousSecretKey: after, identityKey },
      { secretKey: after, previousSecretKey: before, identityKey },
      { secretKey: after, identityKey },
    ];
    for (let step = 0; step < deploys.length - 1; step++) {
      const { a, b } = createPair(deploys[step], deploys[step + 1]);
      // The last step waits until no code of the old key lives.
      const directions =
        step === 2
          ? [[b, a]]
          : [
              [a, b],
              [b, a],
            ];
      for (const [from, to] of directions as [typeof a, typeof a][]) {
        const { code, challenge } = await send(from);
        assert.equal((await to.otp.verify(identity, code, { challenge })).status, 'valid', `step ${step}`);
      }
    }
    const { a, b } = createPair(deploys[0], deploys[3]);
    const { code, challenge } = await send(a);
    assert.equal((await b.otp.verify(identity, code, { challenge })).status, 'expired');
  });

  test('a test identity keeps its fixed code', async () => {
    const { a, b } = createPair({
      testIdentities: [{ identity, code: '482931', until: '2099-12-31' }],
    });
    const sent = await a.otp.request(identity);
    assert.ok(sent.status === 'sent' && sent.challenge);
    assert.deepEqual([sent.codeLength, sent.codeAlphabet], [6, undefined]);
    assert.equal((await b.otp.verify(identity, '482931', { challenge: sent.challenge })).status, 'valid');
  });
});

describe('on the wire, a service that keeps nothing', () => {
  test('answers bound requests with base32 codes and takes them as typed', async () => {
    const { a, b } = createPair();
    const sent = await post(a.otp.handler, '/api/v1/otp/request', { identity });
    assert.equal(sent.body['code_alphabet'], 'base32');
    assert.equal(sent.body['code_length'], 12);
    const { challenge } = sent.body;
    const verify = (otp: string) => post(b.otp.handler, '/api/v1/otp/verify', { identity, otp, challenge });
    for (const otp of ['123', 'ABCD-EFGH-JKMU', 'A'.repeat(25), 'ABCD EFGH']) {
      const { status, body } = await verify(otp);
      assert.deepEqual([status, body.code], [400, 'invalid_request'], otp);
    }
    const right = await verify(a.inbox.lastCode());
    assert.equal(right.status, 200);
    assert.ok(right.body.access_token);
  });

  test('takes challenges of 22 to 512 characters', async () => {
    const { a } = createPair();
    const verify = (challenge: string) =>
      post(a.otp.handler, '/api/v1/otp/verify', { identity, otp: 'ABCD-EFGH-JKMN', challenge });
    for (const length of [22, 63, 512]) assert.equal((await verify('a'.repeat(length))).status, 410);
    for (const challenge of ['a'.repeat(21), 'a'.repeat(513), `${'a'.repeat(30)}.`, `${'a'.repeat(30)}=`]) {
      assert.equal((await verify(challenge)).status, 400);
    }
  });

  test('has nothing to revoke, and knows no browser', async () => {
    const { a } = createPair();
    const { code, challenge } = await send(a);
    const remembered = await post(a.otp.handler, '/api/v1/otp/verify', {
      identity,
      otp: code,
      challenge,
      remember: true,
    });
    assert.equal(remembered.status, 400);
    const { body } = await post(a.otp.handler, '/api/v1/otp/verify', { identity, otp: code, challenge });
    const authorization = { Authorization: `Bearer ${body.access_token}` };
    for (const path of ['/api/v1/token/logout', '/api/v1/token/logout-all']) {
      assert.equal((await post(a.otp.handler, path, {}, authorization)).status, 404, path);
    }
    const form = { method: 'POST', body: new URLSearchParams({ token: body.access_token }) };
    assert.equal((await a.otp.handler(new Request('http://localhost/oauth/revoke', form))).status, 404);
    assert.equal((await a.otp.verifyToken(body.access_token)).active, true);
  });

  test('people sign in on the page, and are not remembered', async () => {
    const { a, b } = createPair({ unsafeInsecureCookies: true });
    // Each step may reach another instance.
    const [one, other] = [createPageClient(a.otp.handler), createPageClient(b.otp.handler)];
    const asked = await one.submit(await one.get('/sign-in'), '/sign-in', { identity });
    for (const [name, value] of one.cookies) other.cookies.set(name, value);
    const signedIn = await other.submit(asked, '/sign-in/code', { otp: a.inbox.lastCode().toLowerCase() });
    assert.match(signedIn.text, /action="[^"]*sign-out"/);
    assert.ok(other.cookies.has('otp_session') && !other.cookies.has('otp_devices'));
  });

  test('what must still be sent after the answer can be waited for', async () => {
    const { a } = createPair({ shouldSend: () => true, deliverySpreadMs: 0 });
    const work: Promise<unknown>[] = [];
    const request = new Request('http://localhost/api/v1/otp/request', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity }),
    });
    const info = {
      remoteAddress: '192.0.2.1',
      waitUntil: (promise: Promise<unknown>) => void work.push(promise),
    };
    const response = await a.otp.handler(request, info);
    assert.equal(response.status, 200);
    assert.equal(work.length, 1);
    await Promise.all(work);
    assert.equal(a.inbox.messages.length, 1);
  });
});
