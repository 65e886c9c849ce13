import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFreePart } from '../../src/stores/redis/free-memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { startRedis } from '../helpers/redis.js';

const lengthening = { after: 10, digits: 10, maxAttempts: 2, memorySeconds: 8_640_000 };
const perIdentity = { max: 5, periodSeconds: 600 };
const perNetwork = { max: 1000, periodSeconds: 600, opensRecords: true };

// Attack: ask for codes of invented people from a few networks until Redis has no memory left for anyone.
test('a flood stops before the memory of Redis is full, and everyone else is served', async () => {
  const server = await startRedis(['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction']);
  const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  const open = (tag: string) =>
    store.open({
      identityTag: tag,
      budgetTag: tag,
      recordTag: tag,
      bind: false,
      newChallenge: 'AAAAAAAAAAAAAAAAAAAAAA',
      keyIds: ['key1'],
      channel: 'email',
      digits: 6,
      windowSeconds: 300,
      maxAttempts: 5,
      resend: 'reuse',
      cooldownSeconds: 0,
      staleSeconds: 60,
      sends: perIdentity,
      lengthening,
      mute: false,
    });
  const guessAt = (tag: string) =>
    store.attempt({
      identityTag: tag,
      budgetTag: tag,
      recordTag: tag,
      keyIds: ['key1'],
      verifies: perIdentity,
      lengthening,
    });
  /** Asks for a code and guesses at it; false when the network may not. */
  async function ask(network: string, tag: string): Promise<boolean> {
    if (!(await store.hit(network, perNetwork)).allowed) return false;
    assert.equal((await open(tag)).status, 'opened');
    assert.equal((await guessAt(tag)).status, 'counted');
    return true;
  }

  let asked = 0;
  for (let i = 0; i < 1000; i++) {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, network) => ask(`flood ${network}`, `invented ${network} ${i}`)),
    );
    if (!answers.includes(true)) break;
    asked += answers.filter(Boolean).length;
  }
  assert.ok(asked > 1000 && asked < 30_000, `${asked} of 30 000`);
  for (let i = 0; i < 100; i++) assert.ok(await ask(`network ${i}`, `person ${i}`));
  assert.ok(parseFreePart(await server.client.info('memory')) > 0);
});

test('the free memory is what the server says, and all of it where there is no maximum', () => {
  const say = (used: number, max: number) =>
    parseFreePart(
      `# Memory\r\nused_memory:${used}\r\nused_memory_human:1M\r\nmaxmemory:${max}\r\nmaxmemory_policy:noeviction\r\n`,
    );
  assert.equal(say(250, 1000), 0.75);
  assert.equal(say(1250, 1000), 0);
  assert.equal(say(250, 0), 1);
  assert.equal(parseFreePart(''), 1);
});
