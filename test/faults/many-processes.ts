import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createFleetClient, type Service, startRedisService, unlimited } from '../helpers/fleet.js';
import { makeWrong } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

/** What four processes on one Redis promise together. One file for each number of attempts, since each is a lot of work. */
export function describeManyProcesses(maxAttempts: number): void {
  describe(`four processes on one Redis, ${maxAttempts} attempts a code`, () => {
    let redis: RedisServer;
    let services: Service[] = [];
    const fleet = createFleetClient();
    before(async () => {
      redis = await startRedis();
      const env = { ...unlimited, OTP_MAX_ATTEMPTS: String(maxAttempts) };
      services = await Promise.all([1, 2, 3, 4].map(() => startRedisService(redis.url, env)));
    });
    after(async () => {
      fleet.close();
      await Promise.all(services.map((service) => service.stop()));
      await redis.stop();
    });

    const obtain = (identity: string) => fleet.obtain(services[0] as Service, identity);
    const verify = (index: number, identity: string, otp: string) =>
      fleet.verify(services[index % 4] as Service, { identity, otp });

    // Attack: post one right code to all processes at the same moment, again and again.
    test('50 verifies at each, 200 times: exactly one success each time, and no 5xx', async () => {
      for (let round = 0; round < 200; round++) {
        const identity = `user:${round}`;
        const code = await obtain(identity);
        const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => verify(i, identity, code)));
        const statuses = answers.map(({ status }) => status);
        assert.equal(statuses.filter((status) => status === 200).length, 1, `round ${round}`);
        assert.ok(
          statuses.every((status) => [200, 410, 429].includes(status)),
          `round ${round}: ${statuses}`,
        );
      }
    });

    // Attack: post many guesses to all processes at once, so that none has been counted when the next is compared.
    test('500 wrong guesses at once: exactly as many are compared as there are attempts', async () => {
      const identity = 'user:guessed';
      const code = await obtain(identity);
      const wrong = makeWrong(code);
      const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => verify(i, identity, wrong)));
      const count = (code: string) => answers.filter(({ body }) => body.code === code).length;
      assert.equal(count('invalid_code'), maxAttempts);
      assert.equal(count('blocked'), 500 - maxAttempts);
    });
  });
}
