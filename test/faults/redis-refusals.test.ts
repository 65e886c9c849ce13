import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { createOtp } from '../../src/index.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createInbox, jwtSecret, makeWrong, secretKey } from '../helpers/otp.js';
import { follow, type RedisServer, startRedis } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const timeoutMs = 2000;
/** A verify asks the store up to three times; a busy machine adds its own. */
const longestMs = 3 * timeoutMs + 4000;

async function createKit() {
  const redis = await startRedis();
  await redis.client.call('ACL', 'SETUSER', 'otp', 'on', '>secret', '~*', '+@all');
  const reasons: string[] = [];
  const store = await createRedisStore({
    url: redis.url.replace('://', '://otp:secret@'),
    timeoutMs,
    logger: { warn: ({ reason }: Record<string, unknown>) => void reasons.push(String(reason)) },
  });
  const inbox = createInbox();
  const options = { requestIdentityMax: 1000, verifyIdentityMax: 1000, maxAttempts: 20 };
  const otp = createOtp({ secretKey, jwtSecret, store, transports: [inbox.transport], ...options });
  const close = async () => {
    await otp.close();
    await redis.stop();
  };
  stopAtEnd(close);
  return { redis, otp, inbox, reasons, close };
}

type Step = (redis: RedisServer) => Promise<unknown>;
const nothing: Step = async () => {};
const acl =
  (...rights: string[]): Step =>
  ({ client }) =>
    client.call('ACL', 'SETUSER', 'otp', ...rights);
const set =
  (name: string, value: string): Step =>
  ({ client }) =>
    client.config('SET', name, value);
const killConnections: Step = ({ client }) => client.call('CLIENT', 'KILL', 'USER', 'otp');

/** What a server does to the store's commands from one moment on, how it is mended, and what the log says in between. */
const states: Record<string, [happen: Step, mend: Step, reason: RegExp | null]> = {
  'becomes a replica, and the master again': [
    async (redis) => {
      const master = await startRedis();
      await follow(redis, master);
    },
    ({ client }) => client.call('REPLICAOF', 'NO', 'ONE'),
    /is a replica \(READONLY\)|no longer the master/,
  ],
  'cannot save': [
    async (redis) => {
      await set('save', '3600 1')(redis);
      rmSync(redis.folder, { recursive: true });
      await redis.client.set('key', 'value');
      await until('saving has failed', async () => {
        await redis.client.bgsave().catch(() => {});
        return /rdb_last_bgsave_status:err/.test(await redis.client.info('persistence'));
      });
    },
    set('save', ''),
    /MISCONF/,
  ],
  'is out of memory': [set('maxmemory', '1'), set('maxmemory', '0'), /OOM.*raise maxmemory/],
  'has too few replicas': [
    set('min-replicas-to-write', '1'),
    set('min-replicas-to-write', '0'),
    /NOREPLICAS/,
  ],
  'forbids SET': [acl('-set'), acl('+set'), /NOPERM.*allow .*\+set/],
  // Scripts delete only what becomes empty.
  'forbids DEL': [acl('-del'), acl('+del'), null],
  'forbids INFO': [acl('-info'), acl('+info'), /NOPERM.*allow .*\+info/],
  'forbids EVALSHA': [acl('-evalsha'), acl('+evalsha'), /allow \+evalsha/],
  'forbids EVAL and has lost the scripts': [
    async (redis) => {
      await acl('-eval')(redis);
      await redis.client.script('FLUSH');
    },
    acl('+eval'),
    /allow \+eval\b/,
  ],
  'has lost the scripts': [({ client }) => client.script('FLUSH'), nothing, null],
  'cuts the connection': [killConnections, nothing, null],
  'refuses its user': [
    async (redis) => {
      await acl('off')(redis);
      await killConnections(redis);
    },
    acl('on'),
    /WRONGPASS|no connection/,
  ],
  'holds back writes': [
    ({ client }) => client.call('CLIENT', 'PAUSE', String(timeoutMs * 3), 'WRITE'),
    ({ client }) => client.call('CLIENT', 'UNPAUSE'),
    /no answer within REDIS_TIMEOUT_MS/,
  ],
};

/** Attack: use a code again, or spend what is not there, while the store changes sides, is full or forbids what it allowed. */
for (const [what, [happen, mend, reason]] of Object.entries(states)) {
  test(`a server that ${what}: no code works twice, each call is answered, and it serves again`, async () => {
    const { redis, otp, inbox, reasons, close } = await createKit();
    const valid = new Map<string, number>();
    const outcomes = new Set<string>();
    async function call<Result extends { status: string }>(ask: () => Promise<Result>) {
      const startedAt = performance.now();
      const status = await ask().then(
        ({ status }) => status,
        (error: { code?: string }) => {
          assert.equal(error.code, 'store_unavailable', String(error));
          return 'store_unavailable';
        },
      );
      const elapsedMs = performance.now() - startedAt;
      assert.ok(elapsedMs < longestMs, `${elapsedMs} ms`);
      outcomes.add(status);
      return status;
    }
    const people = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const [identity, ip] = [`person${i}@d${i}.example`, `192.0.2.${i}`];
        return { identity, ip };
      }),
    );
    const codes = new Map<string, string>();
    for (const { identity, ip } of people) {
      assert.equal((await otp.request(identity, { ip })).status, 'sent');
      codes.set(identity, inbox.lastCode());
    }
    const tryAll = () =>
      Promise.all(
        people.flatMap(({ identity, ip }) => {
          const code = codes.get(identity) ?? '';
          const verify = async () => {
            const status = await call(() => otp.verify(identity, code, { ip }));
            if (status === 'valid') valid.set(identity, (valid.get(identity) ?? 0) + 1);
          };
          const guess = () => call(() => otp.verify(identity, makeWrong(code), { ip }));
          return [verify(), guess(), verify(), call(() => otp.request(`other.${identity}`, { ip }))];
        }),
      );
    reasons.length = 0;
    const before = tryAll();
    await happen(redis);
    await before;
    await tryAll();
    if (reason) {
      assert.ok(outcomes.has('store_unavailable'), [...outcomes].join());
      await until('the log says why', () => reasons.some((line) => reason.test(line)));
    }
    await mend(redis);
    await until('it serves again', () =>
      otp.ping().then(
        () => true,
        () => false,
      ),
    );
    await tryAll();
    await tryAll();
    assert.ok(
      [...valid.values()].every((times) => times === 1),
      JSON.stringify([...valid]),
    );
    await until('a fresh flow succeeds', async () => {
      const [identity, ip] = ['fresh@fresh.example', '198.51.100.1'];
      if ((await call(() => otp.request(identity, { ip }))) !== 'sent') return false;
      return (await call(() => otp.verify(identity, inbox.lastCode(), { ip }))) === 'valid';
    });
    await close();
  });
}
