import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startShiftedService } from '../helpers/fake-time.js';
import {
  createFleetClient,
  patientRedis,
  type Service,
  sharedSecrets,
  startRedisService,
  unlimited,
} from '../helpers/fleet.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const wrongFor = (code: string) => (code.startsWith('0') ? '1' : '0').repeat(code.length);

describe('on Redis', () => {
  let redis: RedisServer;
  const fleet = createFleetClient();
  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    fleet.close();
    await redis.stop();
  });

  test('the settings of the Django handler give its five answers: five digits, 120 s, three tries', async () => {
    const django = {
      OTP_DIGITS: '5',
      OTP_WINDOW_SECONDS: '120',
      OTP_MAX_ATTEMPTS: '3',
      OTP_RESEND: 'refuse',
    };
    const service = await startRedisService(redis.url, { ...django, REDIS_KEY_PREFIX: 'django:' });
    const identity = '+4915112345678';
    const startedAt = performance.now();
    const code = await fleet.obtain(service, identity);
    assert.match(code, /^\d{5}$/);
    const again = await fleet.request(service, { identity });
    const passedSeconds = Math.ceil((performance.now() - startedAt) / 1000);
    assert.deepEqual([again.status, again.body.code], [409, 'pending']);
    assert.ok(Number(again.retryAfter) >= 120 - passedSeconds && Number(again.retryAfter) <= 120);
    for (let i = 0; i < 3; i++) {
      const answer = await fleet.verify(service, { identity, otp: wrongFor(code) });
      assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_code']);
    }
    const blocked = await fleet.verify(service, { identity, otp: code });
    assert.deepEqual([blocked.status, blocked.body.code], [429, 'blocked']);
    const nobody = await fleet.verify(service, { identity: '+4915112345679', otp: code });
    assert.deepEqual([nobody.status, nobody.body.code], [410, 'expired_code']);
    const other = '+4915112345670';
    const right = await fleet.obtain(service, other);
    assert.equal((await fleet.verify(service, { identity: other, otp: right })).status, 200);
    await service.stop();
  });

  // Attack: buy a fresh budget at another process, with another purpose, by a resend or a bound code.
  test('attempts and guesses used stay used across processes, resends, rotation, purposes and binding', async () => {
    for (const OTP_RESEND of ['reuse', 'rotate']) {
      const env = {
        OTP_RESEND,
        OTP_PURPOSES: 'sign-in,payment',
        REDIS_KEY_PREFIX: `${OTP_RESEND}:`,
        RATE_REQUEST_OTP_MAX: '50',
      };
      const [one, two] = await Promise.all([
        startRedisService(redis.url, env),
        startRedisService(redis.url, env),
      ]);
      let code = await fleet.obtain(one, alice);
      for (const [service, left] of [
        [one, 4],
        [two, 3],
      ] as const) {
        const answer = await fleet.verify(service, { identity: alice, otp: wrongFor(code) });
        assert.deepEqual([answer.status, answer.body['attempts_left']], [401, left]);
      }
      // The same code has the same attempts; a new one has attempts of its own, out of the same ten.
      code = await fleet.obtain(two, alice);
      const afterResend = await fleet.verify(one, { identity: alice, otp: wrongFor(code) });
      const left = OTP_RESEND === 'reuse' ? 2 : 4;
      assert.equal(afterResend.body['attempts_left'], left);
      // Three guesses so far, and `left` more that the pending code holds: another purpose gets the rest.
      const other = await fleet.obtain(one, alice, { purpose: 'payment' });
      const payment = { identity: alice, purpose: 'payment', otp: wrongFor(other) };
      let guesses = 0;
      while ((await fleet.verify(guesses % 2 ? one : two, payment)).status === 401) guesses++;
      assert.equal(guesses, Math.min(5, 10 - 3 - left));
      const bound = await fleet.request(two, { identity: alice, bind: true });
      assert.equal(bound.body['code_length'], 10);
      // The code that is pending keeps its attempts.
      const right = await fleet.verify(two, { identity: alice, otp: code });
      assert.equal(right.status, 200);
      await Promise.all([one.stop(), two.stop()]);
    }
  });

  // Attack: read the database.
  test('after 1000 flows no identity and no code is in Redis, and every key has a TTL', async () => {
    const prefix = 'dump:';
    const service = await startRedisService(redis.url, {
      ...unlimited,
      REDIS_KEY_PREFIX: prefix,
      OTP_DIGITS: '10',
    });
    const codes: string[] = [];
    const lane = async (lane: number) => {
      for (let i = 0; i < 50; i++) {
        const identity = `person${lane}x${i}@example.com`;
        await fleet.request(service, { identity });
        const [, code = ''] = await service.waitFor(new RegExp(`code (\\d{10}) for ${identity} `));
        codes.push(code);
        // A third right, a third wrong, a third left pending.
        if (i % 3 === 0) assert.equal((await fleet.verify(service, { identity, otp: code })).status, 200);
        if (i % 3 === 1) await fleet.verify(service, { identity, otp: wrongFor(code) });
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => lane(index)));
    assert.equal(codes.length, 1000);
    const keys = await redis.client.keys(`${prefix}*`);
    assert.ok(keys.length >= 1000);
    let dump = keys.join('\n');
    for (const key of keys) {
      // -1 is a key without end; -2 is one that has ended since it was listed.
      assert.notEqual(await redis.client.pttl(key), -1, `${key} has no TTL`);
      dump += `\n${(await redis.client.getBuffer(key))?.toString('latin1')}`;
    }
    assert.doesNotMatch(dump, /person|example/);
    // Ten digits, since six in a row also occur by chance in a thousand random names.
    for (const code of codes) assert.ok(!dump.includes(code), 'a code is in Redis');
    await service.stop();
  });

  // Attack: run an instance whose clock is off, where an expired or used code may look young.
  test('an instance whose clock is an hour or a day off accepts nothing else than the others', async () => {
    const prefix = { REDIS_KEY_PREFIX: 'clock:', ...unlimited };
    const right = await startRedisService(redis.url, prefix);
    for (const shift of ['+1h', '-1h', '+1d', '-1d']) {
      const store = { STORE: 'redis', REDIS_URL: redis.url, ...patientRedis };
      const shifted = await startShiftedService(shift, { ...sharedSecrets, ...prefix, ...store });
      const bob = `bob${shift.charCodeAt(0)}${shift.slice(1)}@example.com`;
      const first = await fleet.obtain(shifted, bob);
      assert.equal((await fleet.verify(right, { identity: bob, otp: first })).status, 200);
      assert.equal((await fleet.verify(shifted, { identity: bob, otp: first })).status, 410);
      const second = await fleet.obtain(right, bob);
      assert.equal((await fleet.verify(shifted, { identity: bob, otp: second })).status, 200);
      assert.equal((await fleet.verify(right, { identity: bob, otp: second })).status, 410);
      // Whatever this instance's clock says, a record that the store has ended is over.
      const late = await fleet.obtain(right, bob);
      for (const key of await redis.client.keys('clock:p3:*')) await redis.client.pexpire(key, 1);
      await until('the store has ended it', async () => (await redis.client.keys('clock:p3:*')).length === 0);
      assert.equal((await fleet.verify(shifted, { identity: bob, otp: late })).status, 410);
      await shifted.stop();
    }
    await right.stop();
  });

  test('three rolling deploys rotate OTP_SECRET_KEY at 100 requests a second, and no flow fails', async () => {
    const first = sharedSecrets.OTP_SECRET_KEY;
    const second = Buffer.from('the-next-otp-secret-of-the-rotation!').toString('base64');
    const base = { ...unlimited, REDIS_KEY_PREFIX: 'rotation:', OTP_IDENTITY_KEY: first };
    const deploys = [
      { OTP_SECRET_KEY: first },
      { OTP_SECRET_KEY: first, OTP_SECRET_KEY_PREVIOUS: second },
      { OTP_SECRET_KEY: second, OTP_SECRET_KEY_PREVIOUS: first },
      { OTP_SECRET_KEY: second },
    ];
    let fleetNow = await Promise.all(
      [0, 1].map(() => startRedisService(redis.url, { ...base, ...deploys[0] })),
    );
    let isRunning = true;
    stopAtEnd(() => {
      isRunning = false;
    });
    let flows = 0;
    const failures: string[] = [];

    /** Requests at one instance and verifies at another, whichever are there at the time. */
    async function flow(index: number): Promise<void> {
      const identity = `user:rotation.${index}`;
      const requester = fleetNow[index % 2] as Service;
      const requested = await fleet.request(requester, { identity });
      const [, code = ''] = await requester.waitFor(new RegExp(`code (\\d{6}) for ${identity} `));
      const verifier = fleetNow[(index + 1) % 2] as Service;
      const verified = await fleet.verify(verifier, { identity, otp: code });
      flows += 1;
      if (requested.status !== 200 || verified.status !== 200) {
        failures.push(`${requested.status} ${verified.status} ${verified.body.code}`);
      }
    }
    const running = new Set<Promise<void>>();
    const load = (async () => {
      for (let index = 0; isRunning; index++) {
        // On a machine that is too slow for the rate, the rest waits.
        if (running.size < 100) {
          const started = flow(index).finally(() => running.delete(started));
          running.add(started);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await Promise.all(running);
    })();

    for (const deploy of deploys.slice(1)) {
      // One instance at a time: the new one starts, takes over, and then the old one stops.
      for (const index of [0, 1]) {
        const old = fleetNow[index] as Service;
        const fresh = await startRedisService(redis.url, { ...base, ...deploy });
        fleetNow = fleetNow.map((service, at) => (at === index ? fresh : service));
        // As a proxy drains it: what has been begun with the old one comes to its end there.
        await Promise.all(running);
        await old.stop();
      }
    }
    isRunning = false;
    await load;
    assert.deepEqual(failures, []);
    assert.ok(flows > 50, `${flows} flows`);

    // What the retired key made is refused.
    const retired = await startRedisService(redis.url, { ...base, OTP_SECRET_KEY: first });
    const code = await fleet.obtain(retired, 'user:late');
    const answer = await fleet.verify(fleetNow[0] as Service, { identity: 'user:late', otp: code });
    assert.deepEqual([answer.status, answer.body.code], [410, 'expired_code']);
    await Promise.all([retired, ...fleetNow].map((service) => service.stop()));
  });
});
