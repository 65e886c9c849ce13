import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createHttpClient } from '../helpers/http-client.js';
import { startService } from '../helpers/process.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const secrets = {
  OTP_SECRET_KEY: 'ZW5kLXRvLWVuZC1vdHAtc2VjcmV0LTAxMjM0NTY3ODk=',
  JWT_SECRET: 'many-processes-Jwt-key-0123456789-abcdef',
};

/** Limits out of the way, so that every caller reaches the step that decides. */
const unlimited = {
  RATE_REQUEST_OTP_MAX: '1000000',
  RATE_VERIFY_OTP_MAX: '1000000',
  RATE_REQUEST_IP_MAX: '0',
  RATE_VERIFY_IP_MAX: '0',
  OTP_LENGTHEN_AFTER: '0',
  LOG_LEVEL: 'warn',
};

for (const maxAttempts of [100, 5]) {
  describe(`four processes on one Redis, ${maxAttempts} attempts a code`, () => {
    let redis: RedisServer;
    let services: Awaited<ReturnType<typeof startService>>[] = [];
    const client = createHttpClient();
    before(async () => {
      redis = await startRedis();
      const env = {
        ...secrets,
        ...unlimited,
        STORE: 'redis',
        REDIS_URL: redis.url,
        REDIS_TIMEOUT_MS: '10000',
      };
      services = await Promise.all(
        [1, 2, 3, 4].map(() => startService({ ...env, OTP_MAX_ATTEMPTS: String(maxAttempts) })),
      );
    });
    after(async () => {
      client.close();
      await Promise.all(services.map((service) => service.stop()));
      await redis.stop();
    });

    async function obtain(identity: string): Promise<string> {
      const [service] = services;
      assert.ok(service);
      const sent = await client.post(`${service.url}/api/v1/otp/request`, { identity });
      assert.equal(sent.status, 200);
      const [, code = ''] = await service.waitFor(new RegExp(`code (\\d{6}) for ${identity} `));
      service.output.stdout = '';
      return code;
    }
    const verify = (index: number, identity: string, otp: string) =>
      client.post(`${services[index % 4]?.url}/api/v1/otp/verify`, { identity, otp });

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
      const wrong = code === '000000' ? '111111' : '000000';
      const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => verify(i, identity, wrong)));
      const count = (code: string) => answers.filter(({ body }) => body.code === code).length;
      assert.equal(count('invalid_code'), maxAttempts);
      assert.equal(count('blocked'), 500 - maxAttempts);
    });
  });
}
