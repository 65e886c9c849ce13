import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('after ioredis is loaded, methods of strings are as fast as before', () => {
  const store = new URL('../../src/stores/redis.ts', import.meta.url).href;
  const program = `
    const isFast = new Function('return %HasFastProperties(String.prototype)');
    await import('ioredis');
    const before = isFast();
    await import(${JSON.stringify(store)});
    console.log(before, isFast());
  `;
  const flags = ['--allow-natives-syntax', '--import', 'tsx', '--input-type=module'];
  const { stdout } = spawnSync(process.execPath, [...flags, '--eval', program], { encoding: 'utf8' });
  // Once it says `true true`, ioredis does no harm any more, and what mends it can go.
  assert.equal(stdout.trim(), 'false true');
});
