import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** What V8 says of the prototype, in a process of its own: before and after some imports and calls. */
function watchPrototype(...steps: string[]): boolean[] {
  const program = `
    const isFast = new Function('return %HasFastProperties(String.prototype)');
    const seen = [];
    ${steps.map((step) => `${step}; seen.push(isFast());`).join('\n')}
    console.log(JSON.stringify(seen));
  `;
  const flags = ['--allow-natives-syntax', '--import', 'tsx', '--input-type=module'];
  const { stdout } = spawnSync(process.execPath, [...flags, '--eval', program], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

test('methods of strings are fast again after ioredis was loaded', () => {
  const states = watchPrototype(
    "await import('ioredis')",
    `const { makeStringMethodsFast } = await import(${source('fast/string-methods.ts')})`,
    'makeStringMethodsFast()',
  );
  // Once it says `true` first, ioredis does no harm any more, and what repairs it can go.
  assert.deepEqual(states, [false, false, true]);
});

test('only the command line does that: the library leaves the prototype of its host alone', () => {
  assert.deepEqual(watchPrototype(`await import(${source('stores/redis.ts')})`), [false]);
  assert.deepEqual(watchPrototype(`await import(${source('cli/serve.ts')})`), [true]);
});
