import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { runCli } from '../helpers/process.js';

const secret = 'hunter2-never-to-be-seen';
const readProblems = (source: Record<string, string>) => loadConfig({ STORE: 'redis', ...source }).problems;

test('each form of REDIS_URL is taken, with the settings that go with it', () => {
  for (const source of [
    { REDIS_URL: 'redis://host/1' },
    { REDIS_URL: 'redis://[::1]:6379', REDIS_PASSWORD: secret },
    { REDIS_URL: 'redis://otp@host', REDIS_PASSWORD: secret },
    { REDIS_URL: `redis://otp:${secret}@host`, REDIS_PASSWORD: secret },
    { REDIS_URL: 'valkeys+cluster://a,b?family=6' },
    { REDIS_URL: 'unix:///run/redis.sock?db=2' },
    { REDIS_URL: 'rediss+sentinel://a,b/main', REDIS_SENTINEL_PASSWORD: secret },
    { REDIS_URL: 'redis+sentinel://a/main', REDIS_SENTINEL_PASSWORD: secret, REDIS_SENTINEL_USERNAME: 'otp' },
  ]) {
    assert.deepEqual(readProblems(source as Record<string, string>), []);
  }
});

test('what has no effect or contradicts the rest is one line that names it and no secret', () => {
  for (const [source, reason] of [
    [{ REDIS_URL: 'redis://host?timeout=5' }, /option timeout .*REDIS_TIMEOUT_MS/],
    [{ REDIS_URL: `redis://host?password=${secret}` }, /option password .*REDIS_PASSWORD/],
    [{ REDIS_URL: 'rediss://host?ssl_cert_reqs=none' }, /ssl_cert_reqs .*always checked/],
    [{ REDIS_URL: 'redis+cluster://host?db=1' }, /only 0/],
    [{ REDIS_URL: `redis://:${secret}%@host` }, /%25/],
    [
      { REDIS_URL: `redis://:${secret}@host`, REDIS_PASSWORD: 'other' },
      /REDIS_PASSWORD .*different passwords/,
    ],
    [{ REDIS_URL: 'redis://otp@host' }, /user without a password/],
    [
      { REDIS_URL: 'redis://host', REDIS_SENTINEL_PASSWORD: secret },
      /REDIS_SENTINEL_PASSWORD .*redis\+sentinel/,
    ],
    [
      { REDIS_URL: 'redis+sentinel://host/main', REDIS_SENTINEL_USERNAME: 'otp' },
      /REDIS_SENTINEL_USERNAME .*needs REDIS_SENTINEL_PASSWORD/,
    ],
    [{ REDIS_URL: 'rediss://host?ssl_ca_certs=/no/such/file' }, /ssl_ca_certs .*cannot be read/],
  ] as [Record<string, string>, RegExp][]) {
    const problems = readProblems(source);
    assert.equal(problems.length, 1, String(problems));
    assert.match(problems[0] ?? '', /^REDIS_URL: /);
    assert.match(problems[0] ?? '', reason);
    assert.ok(!problems[0]?.includes(secret));
  }
});

test('check says so too, and shows no secret of what is valid', async () => {
  const env = { STORE: 'redis', REDIS_URL: `redis://otp:${secret}@host?pool_size=9` };
  const bad = await runCli(['check'], env);
  assert.equal(bad.code, 2);
  assert.match(bad.stdout, /error: REDIS_URL: the option pool_size .*has no effect/);
  const good = await runCli(['check'], {
    ...{ STORE: 'redis', REDIS_URL: `redis+sentinel://:${secret}@host/main` },
    REDIS_SENTINEL_PASSWORD: `${secret}2`,
  });
  assert.equal(good.code, 0);
  assert.ok(!`${bad.stdout}${good.stdout}${good.stderr}`.includes(secret));
});
