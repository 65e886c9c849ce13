import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import { patientRedis, sharedSecrets } from '../helpers/fleet.js';
import { postTo, runCli, startService } from '../helpers/process.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { startRollingLoad } from '../helpers/rolling-load.js';
import { until } from '../helpers/until.js';

const { OTP_SECRET_KEY, JWT_SECRET } = sharedSecrets;
const nextSecret = 'the-next-Jwt-key-of-the-rotation-0123456789';
/** 200 a second for 10 s, and for 20 s. */
const leastCalls = { secret: 2000, keyFile: 4000 };

describe('a rotation in three rolling deploys under 200 requests a second', () => {
  let redis: RedisServer;
  let folder: string;
  before(async () => {
    redis = await startRedis();
    folder = mkdtempSync(join(tmpdir(), 'token-rotation-'));
  });
  after(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  const start = (prefix: string, env: Record<string, string>) =>
    startService({
      ...{ OTP_SECRET_KEY, STORE: 'redis', REDIS_URL: redis.url, REDIS_KEY_PREFIX: prefix },
      ...{ LOG_LEVEL: 'warn', ...patientRedis, ...env },
    });
  const isActive = async (url: string, token: string) =>
    (await postTo(`${url}/api/v1/token/verify`, { token })).body.active;

  test('fails no flow when JWT_SECRET changes, and afterwards the old secret is refused', async (t) => {
    let secrets: Record<string, string> = { JWT_SECRET };
    const load = await startRollingLoad({
      start: (env) => start('secret:', { ...env, ...secrets }),
    });
    t.after(load.stop);
    const oldToken = await load.readToken();
    for (const deploy of [
      { JWT_SECRET, JWT_SECRET_PREVIOUS: nextSecret },
      { JWT_SECRET: nextSecret, JWT_SECRET_PREVIOUS: JWT_SECRET },
      { JWT_SECRET: nextSecret },
    ]) {
      for (const { url } of load.instances()) assert.equal(await isActive(url, oldToken), true);
      secrets = deploy;
      await load.deploy();
    }
    const { calls, perSecond } = await load.finish(leastCalls.secret);
    t.diagnostic(`${calls} requests, ${perSecond.toFixed(0)} a second`);
    assert.deepEqual(load.failures, []);
    assert.ok(calls >= leastCalls.secret);
    for (const { url } of load.instances()) {
      assert.equal(await isActive(url, oldToken), false);
      assert.equal(await isActive(url, await load.readToken()), true);
    }
  });

  test('fails no flow when a key file is rotated, inside or at a relying party, and afterwards the old key is refused', async (t) => {
    const path = join(folder, 'keys.json');
    const keys = async (...args: string[]) => {
      const { code, stderr } = await runCli(['keys', ...args, '--file', path]);
      assert.equal(code, 0, stderr);
    };
    await keys('generate');
    let fetches = 0;
    // A relying party somewhere else: it asks whichever instance there is, and keeps what it got for a while.
    const remote = createRemoteJWKSet(new URL('http://otp.example/.well-known/jwks.json'), {
      cacheMaxAge: 200,
      [customFetch]: (url, init) => {
        fetches += 1;
        return load.fetch(fetches, new URL(url).pathname, init);
      },
    });
    const ours = {
      algorithms: ['ES256', 'EdDSA'],
      issuer: 'stateless-otp',
      audience: 'stateless-otp',
      typ: 'JWT',
    };
    const load = await startRollingLoad({
      start: (env) => start('key:', { ...env, JWT_PRIVATE_KEY_FILE: path }),
      checkOutside: (token) => jwtVerify(token, remote, ours),
    });
    t.after(load.stop);
    const oldToken = await load.readToken();
    for (const step of [['--alg', 'EdDSA'], [], []]) {
      for (const { url } of load.instances()) assert.equal(await isActive(url, oldToken), true);
      await jwtVerify(oldToken, remote, ours);
      // --now, since the waiting that the command asks for otherwise is done here, as far as it matters.
      await keys('rotate', '--now', ...step);
      await load.deploy();
      const published = (await (await load.fetch(0, '/.well-known/jwks.json')).json()) as { keys: unknown[] };
      await until('the relying party has fetched the new set', () => {
        return remote.jwks()?.keys.length === published.keys.length;
      });
    }
    const { calls, perSecond } = await load.finish(leastCalls.keyFile);
    t.diagnostic(
      `${calls} requests, ${perSecond.toFixed(0)} a second, and ${fetches} fetches of the key set`,
    );
    assert.deepEqual(load.failures, []);
    assert.ok(calls >= leastCalls.keyFile);
    const token = await load.readToken();
    assert.deepEqual(
      [oldToken, token].map((each) => decodeProtectedHeader(each).alg),
      ['ES256', 'EdDSA'],
    );
    for (const { url } of load.instances()) {
      assert.equal(await isActive(url, oldToken), false);
      assert.equal(await isActive(url, token), true);
    }
    await assert.rejects(jwtVerify(oldToken, remote, ours), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });
});
