import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createOtp } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';
import { follow, type RedisServer, startRedis, untilReplicated } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const base = { secretKey, jwtSecret, refreshTokenTtlSeconds: 3600, requestIdentityMax: 1000 };

async function start(args: string[] = []): Promise<RedisServer> {
  const server = await startRedis(['--dbfilename', 'live.rdb', ...args]);
  stopAtEnd(() => server.stop());
  return server;
}

async function createOn(server: RedisServer) {
  const inbox = createInbox();
  const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  let offsetMs = 0;
  const clock = () => Date.now() + offsetMs;
  const otp = createOtp({ ...base, store, clock, transports: [inbox.transport] });
  const ready = () =>
    until('the store is back', () =>
      otp.ping().then(
        () => true,
        () => false,
      ),
    );
  return {
    otp,
    ready,
    advance(ms: number) {
      offsetMs += ms;
    },
    async signIn(session = false) {
      await otp.request(alice);
      const result = await otp.verify(alice, inbox.lastCode(), { session });
      assert.ok(result.status === 'valid');
      return { access: result.accessToken, refresh: result.refreshToken };
    },
  };
}

type Kit = Awaited<ReturnType<typeof createOn>>;

/** None of these tokens signs anyone in, and a new sign-in does. */
async function expectSignedOut(kit: Kit, tokens: (string | undefined)[]): Promise<void> {
  await kit.ready();
  for (const token of tokens) assert.equal(await kit.otp.refresh(token), null);
  assert.ok(await kit.otp.refresh((await kit.signIn()).refresh));
}

// Attack: keep refresh tokens that are used up or ended, and come back when the store has lost its memory or gone back in it.
describe('a refresh token that was used or ended stays so, and a good one is lost rather than revived', () => {
  async function prepare(kit: Kit) {
    const [used, ended, good] = [await kit.signIn(), await kit.signIn(), await kit.signIn()];
    return { used, ended, good };
  }

  test('after FLUSHALL', async () => {
    const server = await start();
    const kit = await createOn(server);
    const { used, ended, good } = await prepare(kit);
    const next = await kit.otp.refresh(used.refresh);
    await kit.otp.revoke(ended.refresh);
    await server.client.flushall();
    await expectSignedOut(kit, [used.refresh, next?.refreshToken, ended.refresh, good.refresh]);
  });

  for (const [what, keepSnapshot] of [
    ['an empty restart', false],
    ['a restart from a snapshot in which they were all good', true],
  ] as const) {
    test(`after kill -9 and ${what}`, async () => {
      const server = await start();
      const kit = await createOn(server);
      const { used, ended, good } = await prepare(kit);
      const [live, before] = ['live.rdb', 'before.rdb'].map((name) => join(server.folder, name)) as [
        string,
        string,
      ];
      if (keepSnapshot) {
        await server.client.save();
        copyFileSync(live, before);
      }
      const next = await kit.otp.refresh(used.refresh);
      assert.ok(next);
      await kit.otp.revoke(ended.refresh);
      await server.kill();
      if (keepSnapshot) copyFileSync(before, live);
      await server.restart();
      assert.equal((await server.client.dbsize()) > 0, keepSnapshot);
      await expectSignedOut(kit, [used.refresh, next.refreshToken, ended.refresh, good.refresh]);
    });
  }

  test('after a failover to a replica that missed it, and after failing back', async () => {
    const [first, second] = [
      await start(['--repl-diskless-sync-delay', '0']),
      await start(['--repl-diskless-sync-delay', '0']),
    ];
    const [onFirst, onSecond] = [await createOn(first), await createOn(second)];
    await follow(second, first);
    const { used, ended, good } = await prepare(onFirst);
    await untilReplicated(first);
    await second.client.replicaof('NO', 'ONE');
    const next = await onFirst.otp.refresh(used.refresh);
    assert.ok(next);
    await onFirst.otp.revoke(ended.refresh);
    assert.notEqual(await second.client.dbsize(), 0);
    const all = [used.refresh, next.refreshToken, ended.refresh, good.refresh];
    await expectSignedOut(onSecond, all);

    // Back: the first server rejoins as a replica of the second, gets its memory, and is promoted.
    const later = await onSecond.signIn();
    await follow(first, second);
    await first.client.replicaof('NO', 'ONE');
    const latest = await onSecond.otp.refresh(later.refresh);
    assert.ok(latest);
    await expectSignedOut(onFirst, [...all, later.refresh, latest.refreshToken]);
  });

  test('after a restart of a process with the memory store', async () => {
    const inbox = createInbox();
    const create = () => createOtp({ ...base, store: createMemoryStore(), transports: [inbox.transport] });
    const before = create();
    await before.request(alice);
    const result = await before.verify(alice, inbox.lastCode());
    assert.ok(result.status === 'valid' && result.refreshToken);
    const after = create();
    assert.equal(await after.refresh(result.refreshToken), null);
    // The access token is valid by its signature.
    assert.equal((await after.verifyToken(result.accessToken)).active, true);
  });
});

// Not a promise but a warning: a deny-list is as good as the memory of it, and docs/tokens.md says so.
test('a revoked access token is active again once the store has lost the list, until it expires', async () => {
  const server = await start();
  const kit = await createOn(server);
  const { access } = await kit.signIn();
  await kit.otp.revoke(access);
  assert.equal((await kit.otp.verifyToken(access)).active, false);
  await server.client.flushall();
  assert.equal((await kit.otp.verifyToken(access)).active, true);
});

test('a session whose store was lost is good for the rest of its token, and is not renewed', async () => {
  for (const isLost of [false, true]) {
    const server = await start();
    const kit = await createOn(server);
    const { access } = await kit.signIn(true);
    if (isLost) await server.client.flushall();
    kit.advance(600_000);
    const headers = { Cookie: `__Host-otp_session=${access}` };
    const answer = await kit.otp.handler(new Request('http://localhost/authz/auth-request', { headers }));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('set-cookie') === null, isLost);
  }
});
