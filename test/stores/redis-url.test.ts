import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Access, resolveAccess } from '../../src/stores/redis/access.js';
import { parseRedisUrl } from '../../src/stores/redis/url.js';
import { createRedisStore } from '../../src/stores/redis.js';

const refuses = (url: string, reason: RegExp) =>
  assert.throws(
    () => parseRedisUrl(url),
    (error: Error) => {
      assert.match(error.message, reason, url);
      return error instanceof RangeError && !error.message.includes('hunter2');
    },
  );

test('a single server: user, password, port, database, TLS', () => {
  const plain = parseRedisUrl('redis://localhost');
  assert.deepEqual(plain.hosts, [{ host: 'localhost', port: 6379 }]);
  assert.deepEqual([plain.kind, plain.tls, plain.database, plain.password], ['single', false, 0, undefined]);
  const full = parseRedisUrl('rediss://otp:p%40ss@[::1]:6380/3');
  assert.deepEqual(full.hosts, [{ host: '::1', port: 6380 }]);
  assert.deepEqual([full.tls, full.username, full.password, full.database], [true, 'otp', 'p@ss', 3]);
});

test('Sentinel: its hosts and the name of the master', () => {
  const target = parseRedisUrl('redis+sentinel://:pw@s1,s2:26380,[2001:db8::1]/main?db=2');
  assert.deepEqual(target.hosts, [
    { host: 's1', port: 26_379 },
    { host: 's2', port: 26_380 },
    { host: '2001:db8::1', port: 26_379 },
  ]);
  assert.deepEqual(
    [target.kind, target.masterName, target.database, target.password],
    ['sentinel', 'main', 2, 'pw'],
  );
  assert.equal(parseRedisUrl('redis+sentinel://s1/main/2').database, 2);
});

// Attack: a URL with a password for each host, whose first hosts were read as a part of the password.
test('no host is read as a part of the password', () => {
  for (const url of [
    'redis+sentinel://:hunter2@s1,:hunter2@s2/main',
    'redis+sentinel://s1,:hunter2@s2/main',
    'redis+cluster://otp:hunter2@c1:7000,otp:hunter2@c2:7001',
  ]) {
    refuses(url, /once, before the first/);
  }
  const target = parseRedisUrl('redis+sentinel://:a%2Cb%40c@s1,s2/main');
  assert.deepEqual([target.password, target.hosts.length], ['a,b@c', 2]);
});

test('TLS to the servers is TLS to the Sentinels, unless the URL tells them apart', () => {
  const readTls = (url: string) => {
    const { tls, sentinelTls } = parseRedisUrl(url);
    return [tls, sentinelTls];
  };
  assert.deepEqual(readTls('redis+sentinel://s1/main'), [false, false]);
  assert.deepEqual(readTls('rediss+sentinel://s1/main'), [true, true]);
  assert.deepEqual(readTls('rediss+sentinel://s1/main?sentinel_tls=false'), [true, false]);
  assert.deepEqual(readTls('redis+sentinel://s1/main?sentinel_tls=true'), [false, true]);
  refuses('redis://host?sentinel_tls=true', /sentinel_tls, which needs redis\+sentinel/);
});

test('a cluster: its hosts, with TLS too, and no database but 0', () => {
  const target = parseRedisUrl('rediss+cluster://c1:7000,c2:7001');
  assert.deepEqual([target.kind, target.tls, target.hosts.length], ['cluster', true, 2]);
  for (const end of ['/', '/0', '?db=0']) assert.equal(parseRedisUrl(`redis+cluster://c1${end}`).database, 0);
  for (const end of ['/1', '?db=1', '?database=5']) refuses(`redis+cluster://c1${end}`, /cluster has only 0/);
});

test('each other name of a scheme means the same', () => {
  for (const scheme of ['valkey', 'REDIS', 'Valkey']) {
    const { kind, tls } = parseRedisUrl(`${scheme}://host`);
    assert.deepEqual([kind, tls], ['single', false], scheme);
  }
  for (const scheme of ['valkeys', 'redis+tls', 'redis+ssl', 'rediss', 'REDISS', 'valkey+tls']) {
    assert.equal(parseRedisUrl(`${scheme}://host`).tls, true, scheme);
  }
  assert.equal(parseRedisUrl('valkeys+cluster://host').kind, 'cluster');
  assert.equal(parseRedisUrl('redis-sentinel://host/main').kind, 'sentinel');
});

test('a socket of this machine: its path, user, password and database', () => {
  for (const scheme of ['unix', 'redis+socket', 'redis+unix', 'redis-socket', 'valkey+socket']) {
    const target = parseRedisUrl(`${scheme}://otp:p%2Fw@/run/redis%20dir/redis.sock?db=2`);
    assert.equal(target.socketPath, '/run/redis dir/redis.sock', scheme);
    assert.deepEqual([target.username, target.password, target.database], ['otp', 'p/w', 2]);
  }
  refuses('unix://run/redis.sock', /path follows three slashes/);
  refuses('unix:///', /path follows three slashes/);
  refuses('unix:///run/redis.sock?tls=true', /TLS over a socket/);
  refuses('rediss+socket:///run/redis.sock', /^a Redis URL is/);
});

test('an IPv6 address is written in brackets, with a zone or without', () => {
  const readHost = (url: string) => parseRedisUrl(url).hosts[0];
  assert.deepEqual(readHost('redis://[::1]'), { host: '::1', port: 6379 });
  assert.deepEqual(readHost('redis://[FE80::1%25eth0]:7000'), { host: 'FE80::1%eth0', port: 7000 });
  assert.deepEqual(readHost('redis://[fe80::1%eth0]'), { host: 'fe80::1%eth0', port: 6379 });
  assert.deepEqual(readHost('redis+cluster://[2001:db8::7]:1'), { host: '2001:db8::7', port: 1 });
  for (const host of ['::1', '::1:6379', '[127.0.0.1]', '[::g]', '[::1', '[]'])
    refuses(`redis://${host}`, /host|brackets/);
});

test('user and password are percent-decoded, whatever they are', () => {
  const text = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter((value) => value.isWellFormed());
  const forms = [
    'redis://USER@host:6380/1',
    'rediss+sentinel://USER@a,b/main',
    'redis+cluster://USER@a,b',
    'unix://USER@/run/r.sock',
  ];
  fc.assert(
    fc.property(text, text, fc.constantFrom(...forms), (username, password, form) => {
      const userInfo = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
      const target = parseRedisUrl(form.replace('USER', userInfo));
      assert.deepEqual([target.username, target.password], [username, password]);
    }),
    { seed: 12 },
  );
});

test('a password that is not percent-encoded is read or refused, and never repeated', () => {
  assert.equal(parseRedisUrl('redis://:p@ss:word@host').password, 'p@ss:word');
  refuses('redis://:hunter2/x@host:6379', /host|%2F/);
  refuses('redis://otp:1?hunter2@host', /%3F/);
  refuses('redis://otp:6379/hunter2@host', /%2F/);
  refuses('redis://:hunter2#x@host', /%23/);
  refuses('redis://:hunter2%@host', /%25/);
  refuses('redis://:hunter2%zz@host', /%25/);
  refuses('redis://:hunter2 @host', /percent-encoded/);
  refuses('redis://:hunter2@host\n', /percent-encoded/);
  refuses('redis+sentinel://a#hunter2', /name of the master follows a \//);
});

test('options of the query that mean something here are honoured', () => {
  assert.equal(parseRedisUrl('redis://host?db=2').database, 2);
  assert.equal(parseRedisUrl('redis://host/2?database=2').database, 2);
  assert.deepEqual(
    [4, 6, 0].map((family) => parseRedisUrl(`redis://host?family=${family}`).family),
    [4, 6, 0],
  );
  assert.deepEqual(
    [2, 3].map((version) => parseRedisUrl(`redis://host?protocol=${version}`).protocol),
    [2, 3],
  );
  for (const option of ['tls=true', 'ssl=True', 'tls=1', 'tls=true&ssl=true']) {
    assert.equal(parseRedisUrl(`redis://host?${option}`).tls, true, option);
  }
  for (const option of [
    'ssl_cert_reqs=required',
    'ssl_cert_reqs=CERT_REQUIRED',
    'ssl_check_hostname=true',
    'skip_verify=false',
  ]) {
    assert.equal(parseRedisUrl(`rediss://host?${option}`).tls, true, option);
  }
  const files = parseRedisUrl('rediss://host?ssl_ca_certs=%2Fca.pem&ssl_certfile=/c.pem&ssl_keyfile=/k.pem');
  assert.deepEqual([files.caFile, files.certFile, files.keyFile], ['/ca.pem', '/c.pem', '/k.pem']);
});

test('options that would have no effect, or a bad one, are refused by name', () => {
  for (const [option, reason] of [
    ['timeout=5', /option timeout .*REDIS_TIMEOUT_MS/],
    ['socket_timeout=5', /option socket_timeout .*REDIS_TIMEOUT_MS/],
    ['connectTimeout=5', /option connectTimeout .*REDIS_TIMEOUT_MS/],
    ['password=hunter2', /option password .*REDIS_PASSWORD/],
    ['sentinelPassword=hunter2', /option sentinelPassword .*REDIS_SENTINEL_PASSWORD/],
    ['keyPrefix=x', /option keyPrefix .*REDIS_KEY_PREFIX/],
    ['addr=host2:6379', /option addr .*commas/],
    ['sentinelMasterId=main', /option sentinelMasterId .*redis\+sentinel/],
    ['pool_size=10', /option pool_size .*no effect.*known are db/],
    ['enableReadyCheck=true', /option enableReadyCheck .*no effect/],
    ['__proto__=1', /option of 9 characters .*no effect/],
    ['constructor=1', /option constructor .*no effect/],
    ['hunter2', /option of 7 characters .*no effect/],
    ['family=5', /option family .*0, 4 or 6/],
    ['family=IPv6', /option family .*0, 4 or 6/],
    ['protocol=4', /option protocol .*2 or 3/],
    ['db=', /option db .*number/],
    ['db=1&db=1', /option db .*twice/],
    ['db=1&database=2', /db and database .*differ/],
    ['tls=maybe', /option tls .*true or false/],
    // Not a flag by being a member of every object.
    ['tls=constructor', /option tls .*true or false/],
    ['ssl=__proto__', /option ssl .*true or false/],
    ['tls=true&ssl=false', /tls and ssl .*differ/],
    ['ssl_ca_certs=/ca.pem', /ssl_ca_certs, which needs TLS/],
    ['ssl_cert_reqs=required', /ssl_cert_reqs, which needs TLS/],
  ] as const) {
    refuses(`redis://host?${option}`, reason);
  }
  for (const [option, reason] of [
    ['ssl_cert_reqs=none', /ssl_cert_reqs .*always checked/],
    ['ssl_cert_reqs=optional', /ssl_cert_reqs .*always checked/],
    ['ssl_check_hostname=false', /ssl_check_hostname .*always checked/],
    ['skip_verify=true', /skip_verify .*always checked/],
    ['ssl_certfile=/c.pem', /go together/],
    ['tls=false', /asks for TLS and, by an option, for none/],
  ] as const) {
    refuses(`rediss://host?${option}`, reason);
  }
  refuses('redis://host/1?db=2', /two databases/);
  for (const url of [
    'redis://[::1]?family=4',
    'redis+cluster://a,127.0.0.1?family=6',
    'unix:///r.sock?family=6',
  ]) {
    refuses(url, /option family/);
  }
  assert.equal(parseRedisUrl('redis+cluster://a,[::1]?family=6').family, 6);
});

test('no option of the query is passed over in silence', () => {
  const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z_]{0,15}$/);
  fc.assert(
    fc.property(name, fc.stringMatching(/^[a-z0-9]{0,8}$/), (option, value) => {
      let target: unknown;
      try {
        target = parseRedisUrl(`rediss://host?${option}=${value}`);
      } catch (error) {
        return error instanceof RangeError && error.message.includes(option);
      }
      // What is accepted says something, or says what is so anyway.
      const isNeedless = /^(?:skip_verify|ssl_c.*|tls|ssl|protocol|family|db|database)$/.test(option);
      return isNeedless || JSON.stringify(target) !== JSON.stringify(parseRedisUrl('rediss://host'));
    }),
    { seed: 12, numRuns: 1000 },
  );
});

test('any other form is refused without repeating it, since it may hold a password', () => {
  for (const url of [
    '',
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis:///0',
    'redis://a,b',
    'redis://a,,b',
    'redis://host/name',
    'redis://host/1/2',
    'redis://host:port',
    'redis://host:0',
    'redis://host:65536',
    'redis+sentinel://host',
    'redis+sentinel://host/',
    'redis+sentinel://host/main/x',
    'redis+cluster://host/1',
    'redis+cluster://host,/',
    'redis://:hunter2@',
    'redis://höst',
  ]) {
    refuses(url, /^a Redis URL is redis:/);
  }
});

test('what contradicts the URL is refused, and what agrees with it is taken', () => {
  const resolve = (access: Access) => resolveAccess(access);
  assert.equal(resolve({ url: 'redis://otp@host', password: 'pw' }).username, 'otp');
  assert.equal(resolve({ url: 'redis://:pw@host', password: 'pw' }).password, 'pw');
  assert.equal(resolve({ url: 'redis://default:@host' }).username, undefined);
  for (const [access, reason] of [
    [{ url: 'redis://:one@host', password: 'two' }, /different passwords/],
    [{ url: 'redis://otp@host' }, /user without a password/],
    [{ url: 'redis://host', sentinelPassword: 'pw' }, /need a URL of the form redis\+sentinel/],
    [{ url: 'redis+cluster://host', sentinelUsername: 'otp' }, /need a URL of the form redis\+sentinel/],
    [{ url: 'redis+sentinel://host/main', sentinelUsername: 'otp' }, /needs REDIS_SENTINEL_PASSWORD/],
    [{ url: 'rediss://host?ssl_ca_certs=/no/such/file' }, /ssl_ca_certs .*cannot be read/],
  ] as [Access, RegExp][]) {
    assert.throws(
      () => resolve(access),
      (error: Error) => error instanceof RangeError && reason.test(error.message),
    );
  }
});

// Attack: listen to the Sentinels, which are reached in the clear, for the password of servers that are not.
test('Sentinels get the password of the servers, but not in the clear when those have TLS', () => {
  const read = (url: string, sentinelPassword?: string) =>
    resolveAccess({ url, sentinelPassword }).sentinelPassword;
  assert.equal(read('redis+sentinel://:pw@host/main'), 'pw');
  assert.equal(read('rediss+sentinel://:pw@host/main'), 'pw');
  assert.equal(read('redis+sentinel://:pw@host/main?sentinel_tls=true'), 'pw');
  assert.equal(read('rediss+sentinel://:pw@host/main?sentinel_tls=false'), undefined);
  assert.equal(read('rediss+sentinel://:pw@host/main?sentinel_tls=false', 'other'), 'other');
});

test('the store wants either a URL or a client, and a time limit in its range', async () => {
  await assert.rejects(createRedisStore({}), /either url or client must be given/);
  await assert.rejects(
    createRedisStore({ url: 'redis://x', timeoutMs: 10 }),
    /timeoutMs must be .* from 50 to 10000/,
  );
});
