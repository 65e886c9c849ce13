import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { explain } from '../../src/stores/redis/reasons.js';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createOtpOn, post } from '../helpers/otp.js';
import { runCli } from '../helpers/process.js';
import { findFreePort, follow, type RedisServer, startRedis, startRedisCluster } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const secret = 'hunter2-never-to-be-seen';

/** Starts the store in vain, and returns the one line that says why. */
async function readRefusal(options: RedisStoreOptions): Promise<string> {
  try {
    await createRedisStore({ timeoutMs: 10_000, ...options });
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    assert.equal(code, 'store_unavailable', message);
    assert.doesNotMatch(message, new RegExp(`\n|${secret}`));
    return message;
  }
  throw new Error('the store was started');
}

/** A server that answers the first bytes of each connection so; returns its port. */
async function listenWith(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  stopAtEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

describe('at start, one line names what is wrong and what to do', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  const asUser = (name: string) => redis.url.replace('://', `://${name}:${secret}@`);
  const createUser = (name: string, ...rights: string[]) =>
    redis.client.call('ACL', 'SETUSER', name, 'reset', 'on', `>${secret}`, ...rights);

  test('of a password', async () => {
    const server = await startRedis(['--requirepass', secret]);
    assert.match(await readRefusal({ url: server.url }), /NOAUTH.*REDIS_PASSWORD \(password\)/);
    assert.match(
      await readRefusal({ url: server.url, password: 'other' }),
      /WRONGPASS.*REDIS_PASSWORD \(password\)/,
    );
    assert.match(await readRefusal({ url: redis.url.replace('://', `://nobody:${secret}@`) }), /WRONGPASS/);
    await server.stop();
  });

  test('of a user who may do too little', async () => {
    for (const [rights, reason] of [
      [['~*', '+@all', '-@scripting'], /may not run evalsha \(NOPERM\): allow \+evalsha/],
      [['~*', '+@all', '-eval'], /may not run eval \(NOPERM\): allow \+eval/],
      [['~*', '+@all', '-set'], /may not run a command that scripts use \(NOPERM\)/],
      [['~other:*', '+@all'], /may not use keys with our prefix \(NOPERM\).*REDIS_KEY_PREFIX/],
      [['~*', '+@all', '-info'], /hides master_replid \(this user may not run INFO: allow \+info\)/],
    ] as [string[], RegExp][]) {
      await createUser('weak', ...rights);
      await redis.client.script('FLUSH');
      assert.match(await readRefusal({ url: asUser('weak') }), reason);
    }
    await createUser('weak', '~*', '+@all', '-select');
    assert.match(await readRefusal({ url: `${asUser('weak')}/2` }), /may not run select/);
  });

  test('of a database that is not there, and of a server that does not know a command', async () => {
    assert.match(await readRefusal({ url: `${redis.url}/99` }), /no database of the number in REDIS_URL/);
    // Attack: read the password out of the server's own message, which repeats what it was sent.
    const renamed = await startRedis(['--rename-command', 'AUTH', '', '--rename-command', 'HELLO', '']);
    assert.match(
      await readRefusal({ url: renamed.url, password: secret }),
      /does not know the command auth/i,
    );
    await renamed.stop();
  });

  test('of a replica, and of a server that takes no writes', async () => {
    const replica = await startRedis();
    await follow(replica, redis);
    assert.match(
      await readRefusal({ url: replica.url }),
      /is a replica: REDIS_URL \(url\) must lead to the master/,
    );
    const unfenced = await readRefusal({ url: replica.url, allowUnfenced: true });
    assert.match(unfenced, /is a replica/);
    await replica.stop();
    await redis.client.config('SET', 'maxmemory', '1');
    assert.match(await readRefusal({ url: redis.url }), /OOM.*maxmemory/);
    await redis.client.config('SET', 'maxmemory', '0');
    await redis.client.config('SET', 'min-replicas-to-write', '1');
    assert.match(await readRefusal({ url: redis.url }), /NOREPLICAS.*min-replicas-to-write/);
    await redis.client.config('SET', 'min-replicas-to-write', '0');
    const broken = await startRedis(['--save', '3600 1']);
    rmSync(broken.folder, { recursive: true });
    await broken.client.set('key', 'value');
    await until('saving has failed', async () => {
      await broken.client.bgsave().catch(() => {});
      return /rdb_last_bgsave_status:err/.test(await broken.client.info('persistence'));
    });
    assert.match(await readRefusal({ url: broken.url }), /MISCONF/);
    await broken.stop();
  });

  test('of a server that is not there', async () => {
    const port = await findFreePort();
    for (const form of ['redis://HOST', 'redis+sentinel://HOST/main', 'redis+cluster://HOST']) {
      const url = form.replace('HOST', `127.0.0.1:${port}`);
      assert.match(await readRefusal({ url }), /Redis cannot be reached: .*ECONNREFUSED 127\.0\.0\.1/, form);
    }
    assert.match(await readRefusal({ url: 'redis://name.invalid' }), /name\.invalid/);
    assert.match(await readRefusal({ url: 'unix:///no/such/socket' }), /ENOENT \/no\/such\/socket/);
  });

  test('of a server that speaks TLS or not, or another protocol', async () => {
    const [mute, foreign] = [
      await listenWith((socket) => socket.end()),
      await listenWith((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ];
    for (const form of ['redis://HOST', 'redis+sentinel://HOST/main', 'redis+cluster://HOST']) {
      const at = (port: number) => readRefusal({ url: form.replace('HOST', `127.0.0.1:${port}`) });
      assert.match(await at(mute), /closed the connection: check whether it speaks TLS/, form);
      assert.match(await at(foreign), /does not speak the protocol of Redis/, form);
    }
    assert.match(await readRefusal({ url: `rediss://127.0.0.1:${foreign}` }), /does not speak TLS/);
  });

  test('of a form of URL that leads to another kind of server', async () => {
    const [sentinel, cluster] = [await startRedis([], ['--sentinel']), await startRedisCluster()];
    const at = (form: string, { port }: RedisServer) => form.replace('HOST', `127.0.0.1:${port}`);
    assert.match(
      await readRefusal({ url: at('redis+cluster://HOST', redis) }),
      /does not belong to a cluster/,
    );
    assert.match(
      await readRefusal({ url: at('redis+sentinel://HOST/main', redis) }),
      /this is not a Sentinel/,
    );
    assert.match(
      await readRefusal({ url: at('redis://HOST', sentinel) }),
      /is a Sentinel: .*redis\+sentinel/,
    );
    assert.match(
      await readRefusal({ url: at('redis+sentinel://HOST/other', sentinel) }),
      /knows no master of the name in REDIS_URL/,
    );
    const refusals = await Promise.all(
      cluster.servers.map(async (server) => {
        try {
          const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
          await store.close();
          return '';
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    // One of the three has the slot of the key that is tried.
    assert.equal(refusals.filter((message) => /MOVED.*redis\+cluster/.test(message)).length, 2);
    await Promise.all([sentinel.stop(), cluster.stop()]);
  });

  test('of a Sentinel that asks for a password, or refuses it', async () => {
    const sentinel = await startRedis(['--requirepass', secret], ['--sentinel']);
    await sentinel.client.call('SENTINEL', 'MONITOR', 'main', '127.0.0.1', String(redis.port), '1');
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/main`;
    assert.match(
      await readRefusal({ url }),
      /Sentinel asks for a password \(NOAUTH\): set REDIS_SENTINEL_PASSWORD/,
    );
    assert.match(await readRefusal({ url, password: 'other' }), /Sentinel refuses .*REDIS_SENTINEL_PASSWORD/);
    await sentinel.stop();
  });

  test('of a cluster without slots, without a server, or that announces what cannot be reached', async () => {
    const empty = await startRedis(['--cluster-enabled', 'yes']);
    assert.match(await readRefusal({ url: empty.url }), /CLUSTERDOWN/);
    const asCluster = ({ port }: RedisServer) => `redis+cluster://127.0.0.1:${port}`;
    assert.match(await readRefusal({ url: asCluster(empty) }), /announces no servers/);
    await empty.stop();
    const { servers, stop } = await startRedisCluster();
    const [first, , last] = servers as [RedisServer, RedisServer, RedisServer];
    await first.client.config('SET', 'cluster-preferred-endpoint-type', 'unknown-endpoint');
    assert.match(await readRefusal({ url: asCluster(first) }), /announces no servers/);
    await first.client.config('SET', 'cluster-preferred-endpoint-type', 'hostname');
    assert.match(
      await readRefusal({ url: asCluster(first) }),
      /announces no host name: set cluster-announce-hostname/,
    );
    await first.client.config('SET', 'cluster-preferred-endpoint-type', 'ip');
    await last.kill();
    const gone = `at 127.0.0.1:${last.port}, connect ECONNREFUSED`;
    assert.ok((await readRefusal({ url: asCluster(first) })).includes(gone));
    await stop();
  });

  test('on the command line, with the exit code of a failure', async () => {
    const env = { STORE: 'redis', PORT: '0' };
    const sentinel = await startRedis(['--requirepass', secret], ['--sentinel']);
    const { code, stderr } = await runCli([], {
      ...env,
      REDIS_URL: `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
    });
    assert.equal(code, 1);
    assert.match(stderr, /^stateless-otp: REDIS_URL: Redis cannot be reached: Sentinel asks for .*\n$/);
    await sentinel.stop();
  });
});

test('while it runs, the log says why Redis cannot answer, once, and clients do not learn it', async () => {
  const redis = await startRedis();
  const lines: string[] = [];
  const logger = { warn: (fields: Record<string, unknown>) => lines.push(JSON.stringify(fields)) };
  await redis.client.call('ACL', 'SETUSER', 'otp', 'on', `>${secret}`, '~*', '+@all');
  const store = await createRedisStore({
    url: redis.url.replace('://', `://otp:${secret}@`),
    timeoutMs: 10_000,
    logger,
  });
  stopAtEnd(() => store.close());
  const { otp } = createOtpOn(store);
  const change = (...rights: string[]) => redis.client.call('ACL', 'SETUSER', 'otp', ...rights);
  for (const [breakIt, mend, reason] of [
    [() => change('-evalsha'), () => change('+evalsha'), /may not run evalsha/],
    [() => change('-time'), () => change('+time'), /may not run a command that scripts use/],
    [() => change('resetkeys', '~other:*'), () => change('~*'), /may not use keys with our prefix/],
    [
      () => redis.client.config('SET', 'maxmemory', '1'),
      () => redis.client.config('SET', 'maxmemory', '0'),
      /OOM/,
    ],
    [
      () => redis.client.config('SET', 'min-replicas-to-write', '1'),
      () => redis.client.config('SET', 'min-replicas-to-write', '0'),
      /NOREPLICAS/,
    ],
    [
      async () => {
        await change('resetpass', '>another');
        await redis.client.call('CLIENT', 'KILL', 'USER', 'otp');
        await until('the connection is refused', () => lines.some((line) => /WRONGPASS/.test(line)));
      },
      async () => {
        await change('resetpass', `>${secret}`);
        await until('it serves again', () =>
          otp.ping().then(
            () => true,
            () => false,
          ),
        );
      },
      /WRONGPASS/,
    ],
    [() => redis.kill(), () => redis.restart(), /ECONNREFUSED|closed the connection|no connection/],
  ] as [() => Promise<unknown>, () => Promise<unknown>, RegExp][]) {
    lines.length = 0;
    await breakIt();
    for (let i = 0; i < 5; i++) {
      const answer = await post(otp.handler, '/api/v1/otp/request', { identity: `person${i}@example.com` });
      assert.deepEqual([answer.status, answer.body.code], [503, 'store_unavailable']);
      assert.equal(answer.body.detail, 'Redis cannot answer');
    }
    assert.equal(lines.filter((line) => reason.test(line)).length, 1, `${reason}: ${lines}`);
    for (const line of lines) assert.equal(JSON.parse(line).event, 'store.failing');
    assert.ok(!lines.join().includes(secret));
    await mend();
  }
  await otp.close();
  await redis.stop();
});

test('what a server repeats of a command is in no reason', () => {
  const args = fc.array(fc.stringMatching(/^[!-~]{8,20}$/), { minLength: 1, maxLength: 4 });
  const quotes = fc.constantFrom("'", '`');
  fc.assert(
    fc.property(args, quotes, fc.constantFrom('server', 'sentinel'), (values, quote, peer) => {
      const sent = values.map((value) => `${quote}${value}${quote}`).join(', ');
      for (const message of [
        `ERR unknown command ${quote}AUTH${quote}, with args beginning with: ${sent}`,
        `ERR wrong kind, with args beginning with: ${sent}`,
      ]) {
        for (const error of [
          new Error(message),
          new Error(`All sentinels are unreachable. Last error: ${message}`),
        ]) {
          const reason = explain(error, peer as 'server' | 'sentinel');
          assert.ok(!values.some((value) => reason.includes(value)), reason);
        }
      }
    }),
    { seed: 12 },
  );
});

test('each state of a server that refuses commands has its own reason', () => {
  const script = ' script: 8a36fa8e80e8cf808ab945960bc952e52321cc1a, on @user_script:39.';
  for (const [message, reason] of [
    ['LOADING Redis is loading the dataset in memory', /LOADING/],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', /BUSY/],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", /replica/],
    [`READONLY You can't write against a read only replica.${script}`, /replica \(READONLY\)/],
    [`OOM command not allowed when used memory > 'maxmemory'.${script}`, /OOM/],
    [
      "ERR Error running script (call to f_0a): @user_script:39: @user_script: 39: -OOM command not allowed when used memory > 'maxmemory'. ",
      /OOM/,
    ],
    ['CLUSTERDOWN Hash slot not served', /CLUSTERDOWN/],
    ['CLUSTERDOWN The cluster is down', /CLUSTERDOWN/],
    ['DENIED Redis is running in protected mode because protected mode is enabled', /protected mode/],
    ['ERR max number of clients reached', /maxclients/],
    ['NOPERM No permissions to access a key', /keys with our prefix/],
    ["NOPERM User otp has no permissions to run the 'cluster|slots' command", /allow \+cluster\|slots/],
    ['Command timed out', /REDIS_TIMEOUT_MS/],
    ['connect ETIMEDOUT', /REDIS_TIMEOUT_MS/],
    ['timeout', /REDIS_TIMEOUT_MS/],
    ["Socket timeout. Expecting data, but didn't receive any in 2000ms.", /REDIS_TIMEOUT_MS/],
    [`WRONGTYPE Operation against a key holding the wrong kind of value${script}`, /holds something else/],
    [`ERR user_script:31: Missing bytes in input.${script}`, /holds something else/],
    ["ERR user_script:42: attempt to index local 'budget' (a number value)", /holds something else/],
    ['error:1E08010C:DECODER routines::unsupported', /ssl_keyfile/],
  ] as [string, RegExp][]) {
    assert.match(explain(new Error(message)), reason);
  }
  assert.match(explain(new AggregateError([new Error('connect ECONNREFUSED ::1:6379')])), /ECONNREFUSED ::1/);
  assert.equal(explain('text'), 'no reason given');
});
