import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRedisUrl } from '../../src/stores/redis/connect.js';
import { createRedisStore } from '../../src/stores/redis.js';

test('a single server: user, password, port, database, TLS', () => {
  const plain = readRedisUrl('redis://localhost');
  assert.deepEqual(plain.hosts, [{ host: 'localhost', port: 6379 }]);
  assert.deepEqual([plain.kind, plain.tls, plain.database, plain.password], ['single', false, 0, undefined]);
  const full = readRedisUrl('rediss://otp:p%40ss@[::1]:6380/3');
  assert.deepEqual(full.hosts, [{ host: '::1', port: 6380 }]);
  assert.deepEqual([full.tls, full.username, full.password, full.database], [true, 'otp', 'p@ss', 3]);
});

test('Sentinel: its hosts and the name of the master', () => {
  const target = readRedisUrl('redis+sentinel://:pw@s1,s2:26380/main?db=2');
  assert.deepEqual(target.hosts, [
    { host: 's1', port: 26_379 },
    { host: 's2', port: 26_380 },
  ]);
  assert.deepEqual(
    [target.kind, target.masterName, target.database, target.password],
    ['sentinel', 'main', 2, 'pw'],
  );
});

test('a cluster: its hosts, with TLS too', () => {
  const target = readRedisUrl('rediss+cluster://c1:7000,c2:7001');
  assert.deepEqual([target.kind, target.tls, target.hosts.length], ['cluster', true, 2]);
});

test('any other form is refused without repeating it, since it may hold a password', () => {
  for (const url of [
    '',
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://a,b',
    'redis://host/name',
    'redis://host:port',
    'redis+sentinel://host',
    'redis+cluster://host/1',
    'redis://:hunter2@',
  ]) {
    assert.throws(
      () => readRedisUrl(url),
      (error: Error) => {
        assert.match(error.message, /^a Redis URL is redis:/);
        return error instanceof RangeError && !error.message.includes('hunter2');
      },
    );
  }
});

test('the store wants either a URL or a client, and a time limit in its range', async () => {
  await assert.rejects(createRedisStore({}), /either url or client must be given/);
  await assert.rejects(
    createRedisStore({ url: 'redis://x', timeoutMs: 10 }),
    /timeoutMs must be .* from 50 to 10000/,
  );
});
