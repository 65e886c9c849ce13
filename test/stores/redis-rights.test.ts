import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { root } from '../helpers/process.js';
import { startRedis } from '../helpers/redis.js';

const folder = join(root, 'src/stores/redis');
const findCommands = (name: string) =>
  [...readFileSync(join(folder, name), 'utf8').matchAll(/redis\.p?call\('(\w+)'/g)].map(
    ([, command]) => command,
  );

test('the check at the start runs every command that some script uses', () => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.lua'));
  const checked = new Set(['prelude.lua', 'ping.lua'].flatMap(findCommands));
  for (const name of scripts) {
    for (const command of findCommands(name)) assert.ok(checked.has(command), `${name}: ${command}`);
  }
});

test('a user who may not run one of the commands is refused at the start, by the name of what is missing', async () => {
  const redis = await startRedis();
  const open = () => createRedisStore({ url: `redis://otp:few@127.0.0.1:${redis.port}`, timeoutMs: 10_000 });
  const commands = ['get', 'set', 'del', 'time', 'info', 'evalsha', 'eval'];
  for (const missing of commands) {
    const rights = commands.filter((name) => name !== missing).map((name) => `+${name}`);
    await redis.client.call('ACL', 'SETUSER', 'otp', 'reset', 'on', '>few', '~stateless-otp:*', ...rights);
    // A server that has the script already does not need EVAL for it.
    await redis.client.script('FLUSH');
    const refusal = await open().then(
      (store) => store.close(),
      ({ message }: Error) => message,
    );
    assert.ok(refusal?.includes(`+${missing}`), `${missing}: ${refusal}`);
  }
  await redis.client.call('ACL', 'SETUSER', 'otp', ...commands.map((name) => `+${name}`));
  const store = await open();
  await store.ping();
  assert.deepEqual(await redis.client.keys('*'), []);
  await store.close();
  await redis.stop();
});
