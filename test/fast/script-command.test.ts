import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Command } from 'ioredis';
import { createScriptWriter, ScriptCommand } from '../../src/fast/script-command.js';
import { TimeoutQueue } from '../../src/fast/timeout-queue.js';
import { processClock } from '../../src/monotonic-clock.js';

const digest = '0123456789abcdef0123456789abcdef01234567';
const texts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 12 });

describe('a script command', () => {
  it('writes the bytes that ioredis would write', () => {
    const write = createScriptWriter(digest);
    fc.assert(
      fc.property(texts, texts, (keys, args) => {
        const plain = new Command('evalsha', [digest, keys.length, ...keys, ...args].map(String));
        const fast = new ScriptCommand(write(keys, args), new TimeoutQueue(1000, processClock));
        assert.deepEqual(Buffer.from(fast.toWritable()), Buffer.from(plain.toWritable({})));
      }),
      { seed: 4711 },
    );
  });

  it('answers what ioredis would answer', async () => {
    const reply = () => [1, Buffer.from('ü'), null, [Buffer.from('a'), 2]];
    const plain = new Command('evalsha', [digest, 0].map(String), { replyEncoding: 'utf8' });
    const fast = new ScriptCommand('', new TimeoutQueue(1000, processClock));
    plain.resolve(reply());
    fast.resolve(reply());
    assert.deepEqual(await fast.promise, await plain.promise);
    assert.deepEqual(await fast.promise, [1, 'ü', null, ['a', 2]]);
  });
});
