import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OtpOptions, Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const alice = 'alice@example.com';
const minuteMs = 60_000;

interface Kit {
  store: Store;
  advance(ms: number): void;
}

let server: RedisServer;
before(async () => {
  server = await startRedis();
});
after(() => server.stop());

const stores: Record<string, () => Promise<Kit>> = {
  async 'the memory store'() {
    let now = Date.now();
    const advance = (ms: number) => {
      now += ms;
    };
    return { store: createMemoryStore({ clock: () => now }), advance };
  },
  async Redis() {
    let offset = 0;
    const advance = (ms: number) => {
      offset += ms;
    };
    await server.client.flushall();
    const store = await createRedisStore({
      url: server.url,
      timeoutMs: 10_000,
      testClockOffsetMs: () => offset,
    });
    stopAtEnd(() => store.close());
    return { store, advance };
  },
};

function createService(store: Store, options: Partial<OtpOptions> = {}) {
  const kit = createTestOtp({ store, ...options });
  const { otp, inbox } = kit;
  let strangers = 0;
  /** Nobody has seen this address before. */
  const nextIp = () => {
    strangers += 1;
    return `203.${(strangers >> 16) & 255}.${(strangers >> 8) & 255}.${strangers & 255}`;
  };
  return {
    ...kit,
    nextIp,
    /** Asks for a code and types it, perhaps wrong at first; null when either was refused. */
    async signIn(identity: string, device?: string, isMistyped = false) {
      const sent = await otp.request(identity, { device, bind: true, ip: '198.51.100.7' });
      if (sent.status !== 'sent') return null;
      const { challenge, codeLength } = sent;
      const options = { challenge, device, remember: true, ip: '198.51.100.7' };
      if (isMistyped) await otp.verify(identity, makeWrong(inbox.lastCode()), options);
      const result = await otp.verify(identity, inbox.lastCode(), options);
      if (result.status !== 'valid' || !result.device) return null;
      return { device: result.device, codeLength };
    },
    /** All that strangers can do to an identity in ten minutes: requests and guesses, bound and unbound, by every alias. */
    async attack(identity: string) {
      const [name, domain] = identity.split('@');
      for (const target of [identity, `${name}+${nextIp()}@${domain}`]) {
        for (const bind of [false, true, false, true, false, true]) {
          const sent = await otp.request(target, { bind, ip: nextIp() });
          const challenge = sent.status === 'sent' ? sent.challenge : undefined;
          const wrong = makeWrong(inbox.lastCode() || '000000');
          for (let guess = 0; guess < 6; guess++) {
            await otp.verify(target, wrong, { challenge, ip: nextIp() });
          }
        }
      }
    },
  };
}

for (const [name, createKit] of Object.entries(stores)) {
  describe(`on ${name}`, () => {
    // Attack: use up the messages, the attempts and the guesses of an identity, from ever new addresses, all the time.
    test('a known browser signs in every time during a full attack by strangers, by six digits and without a wait', async () => {
      const { store, advance } = await createKit();
      const service = createService(store);
      let device = (await service.signIn(alice))?.device;
      assert.ok(device);
      for (let round = 0; round < 25; round++) {
        await service.attack(alice);
        const signedIn = await service.signIn(alice, device, round % 5 === 4);
        assert.equal(signedIn?.codeLength, 6, `round ${round}`);
        device = signedIn.device;
        await service.attack(alice);
        advance(3 * minuteMs);
      }
      // The attack was one: an unknown browser can do nothing, or needs a long code.
      await service.attack(alice);
      assert.notEqual((await service.signIn(alice))?.codeLength, 6);
    });

    // Attack: wait for the owner's code, and spend its attempts, replace it or end it before it has been typed.
    test('a code that a known browser has asked for works until it expires, whatever strangers do, with its device or without', async () => {
      const { store, advance } = await createKit();
      const service = createService(store);
      let device = (await service.signIn(alice))?.device;
      for (const isSent of [true, false, true, false]) {
        const sent = await service.otp.request(alice, { device });
        assert.ok(sent.status === 'sent' && sent.challenge);
        const { challenge } = sent;
        const code = service.inbox.lastCode();
        await service.attack(alice);
        for (let guess = 0; guess < 20; guess++) {
          await service.otp.verify(alice, makeWrong(code), { ip: service.nextIp() });
          await service.otp.verify(alice, code, { ip: service.nextIp(), challenge: 'A'.repeat(22) });
        }
        advance(4 * minuteMs);
        const result = await service.otp.verify(alice, code, {
          challenge,
          remember: true,
          ...(isSent ? { device } : {}),
        });
        assert.ok(result.status === 'valid');
        device = result.device;
        advance(10 * minuteMs);
      }
    });

    // Attack: end the code of a browser that is not known, by guessing wherever else one can.
    test('a bound code of an unknown browser works once it has arrived, whatever strangers do then', async () => {
      const { store, advance } = await createKit();
      const service = createService(store);
      let arrived = 0;
      for (let round = 0; round < 20; round++) {
        const sent = await service.otp.request(alice, { bind: true, ip: '198.51.100.7' });
        const code = service.inbox.lastCode();
        for (let times = 0; times < 2; times++) await service.attack(alice);
        advance(4 * minuteMs);
        if (sent.status === 'sent') {
          arrived += 1;
          const { challenge } = sent;
          const wrong = await service.otp.verify(alice, makeWrong(code), { challenge });
          assert.equal(wrong.status, 'invalid', `round ${round}`);
          assert.equal(
            (await service.otp.verify(alice, code, { challenge })).status,
            'valid',
            `round ${round}`,
          );
        }
        advance(9 * 60 * minuteMs);
      }
      assert.ok(arrived >= 10, `${arrived} codes arrived`);
    });

    // Attack: steal many device tokens of one person, or have the own browser given hundreds, and add their budgets up.
    test('any number of tokens of one identity buys one budget', async () => {
      const { store } = await createKit();
      const service = createService(store, { requestIdentityMax: 5 });
      const hoard: string[] = [];
      for (let index = 0; index < 4; index++) {
        const signedIn = await service.signIn(alice, hoard.at(-1));
        assert.ok(signedIn);
        hoard.push(signedIn.device);
      }
      for (let index = 0; index < 50; index++) {
        const result = await service.otp.request(alice, { device: hoard[index % 4], ip: service.nextIp() });
        if (result.status !== 'sent') {
          assert.ok(result.status === 'rate_limited' && result.limit === 'request_identity');
        }
      }
      const known = service.inbox.messages.length;
      for (let index = 0; index < 50; index++) await service.otp.request(alice, { ip: service.nextIp() });
      const all = service.inbox.messages.length;
      assert.ok(known <= 6 && all <= 10, `${known} by known browsers, ${all} in all`);
    });

    // Attack: guess with stolen tokens, at the owner's budget and at the strangers'.
    test('guesses with stolen tokens count once for all of them, and meet no more short codes than strangers do', async () => {
      const { store, advance } = await createKit();
      const service = createService(store, { requestIdentityMax: 1000, lengthenAfter: 10 });
      const tokens: string[] = [];
      for (let index = 0; index < 3; index++) tokens.push((await service.signIn(alice))?.device ?? '');
      let short = 0;
      for (let round = 0; round < 30; round++) {
        const device = tokens[round % 3];
        const sent = await service.otp.request(alice, { device });
        if (sent.status !== 'sent') continue;
        const { challenge, codeLength } = sent;
        for (let guess = 0; guess < 6; guess++) {
          const { status } = await service.otp.verify(alice, makeWrong(service.inbox.lastCode()), {
            challenge,
            device,
          });
          if (status === 'invalid' && codeLength === 6) short += 1;
        }
        advance(minuteMs);
      }
      assert.ok(short >= 5 && short <= 10, `${short} guesses at short codes`);
      // Strangers have a budget of their own, and so does everyone else.
      const stranger = await service.otp.request(alice, { bind: true });
      assert.ok(stranger.status === 'sent' && stranger.codeLength === 6);
      assert.equal((await service.signIn('bob@example.com'))?.codeLength, 6);
    });

    // Attack: have the browser of an alias pay with the budget of its owner's browsers.
    test('a token serves its exact identity, never an alias', async () => {
      const { store } = await createKit();
      const service = createService(store, { requestIdentityMax: 2 });
      const shop = (await service.signIn('alice+shop@example.com'))?.device;
      const own = (await service.signIn(alice))?.device;
      // Both of the strangers' messages are used up.
      const ask = async (identity: string, device?: string) =>
        (await service.otp.request(identity, { device })).status;
      assert.equal(await ask(alice, shop), 'rate_limited');
      assert.equal(await ask('alice+shop@example.com', own), 'rate_limited');
      assert.equal(await ask(alice), 'rate_limited');
      // The browsers of both share one budget as well.
      assert.equal(await ask(alice, own), 'sent');
      assert.equal(await ask('alice+shop@example.com', shop), 'sent');
      assert.equal(await ask(alice, own), 'rate_limited');
    });

    // Attack: sign in with a stolen token instead of a code.
    test('a device token signs nobody in', async () => {
      const { store } = await createKit();
      const service = createService(store);
      const device = (await service.signIn(alice))?.device ?? '';
      const { otp } = service;
      assert.equal((await otp.verifyToken(device)).active, false);
      assert.equal(await otp.refresh(device), null);
      await otp.request(alice, { device });
      assert.equal((await otp.verify(alice, device, { device })).status, 'invalid');
      assert.notEqual((await otp.verify(alice, '000000', { device })).status, 'valid');
    });

    // Attack: load the service from one address, with a stolen token.
    test('the limits of an address hold for known browsers too', async () => {
      const { store } = await createKit();
      const service = createService(store, { requestIpMax: 3, requestIdentityMax: 100, verifyIpMax: 3 });
      const device = (await service.signIn(alice))?.device;
      const ip = '192.0.2.77';
      const answers = [];
      for (let index = 0; index < 5; index++) {
        const { otp } = service;
        answers.push((await otp.request(alice, { device, ip })).status);
        answers.push((await otp.verify(alice, '000000', { device, ip })).status);
      }
      assert.equal(answers.filter((status) => status === 'rate_limited').length, 4);
    });

    // Attack: use up what strangers may verify, while an owner with a known browser types an unbound code.
    test('a known browser verifies an unbound code when strangers have used up the verifies', async () => {
      const { store } = await createKit();
      const service = createService(store, { maxAttempts: 100, verifyIdentityMax: 10, lengthenAfter: 0 });
      const device = (await service.signIn(alice))?.device;
      await service.otp.request(alice);
      const code = service.inbox.lastCode();
      for (let guess = 0; guess < 12; guess++) await service.otp.verify(alice, makeWrong(code));
      assert.equal((await service.otp.verify(alice, code)).status, 'rate_limited');
      assert.equal((await service.otp.verify(alice, code, { device })).status, 'valid');
    });
  });
}
