import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AltchaChallenge } from '../../src/index.js';
import { createFleetClient, type Service, startRedisService } from '../helpers/fleet.js';
import { solve } from '../helpers/human-check.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

let redis: RedisServer;
let services: Service[] = [];
const fleet = createFleetClient();

before(async () => {
  redis = await startRedis();
  const settings = {
    NODE_ENV: 'test',
    RATE_DAY: 'enforce',
    RATE_REQUEST_IP_MAX: '0',
    OTP_PHONE_COUNTRIES: 'DE',
  };
  services = await Promise.all([1, 2].map(() => startRedisService(redis.url, settings)));
});
after(async () => {
  fleet.close();
  await Promise.all(services.map((service) => service.stop()));
  await redis?.stop();
});

test('two processes on one Redis let a solution through once', async () => {
  // Attack: send one solution to both processes at the same moment, many times.
  const [one, two] = services as [Service, Service];
  const number = (index: number) => `+49151123456${String(index).padStart(2, '0')}`;
  const request = (service: Service, index: number, human_check: string | null) =>
    fleet.request(service, { identity: number(index), channel: 'sms', human_check });
  for (let i = 0; i < 20; i++) assert.equal((await request(i % 2 ? one : two, i, null)).status, 200);
  const asked = await request(one, 20, null);
  assert.deepEqual([asked.status, asked.body.code], [403, 'human_check_required']);
  const solution = solve((asked.body.human_check as { challenge: AltchaChallenge }).challenge);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => request(index % 2 ? one : two, 20, solution)),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.every(({ status }) => status === 200 || status === 403));
});
