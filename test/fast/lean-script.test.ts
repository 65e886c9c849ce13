import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { leanScript } from '../../src/fast/lean-script.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const names = ['A', 'B_C', 'KEYS_OF'];
const values = fc.array(fc.nat({ max: 1e15 }), { minLength: names.length, maxLength: names.length });
/** What a function may be made of, besides the functions before it. */
const atoms = [
  ...names,
  "'A, B_C'",
  "'-- KEYS_OF'",
  '#KEYS',
  'number',
  'name_a',
  '(function() return A end)()',
];
const bodies = fc.array(fc.array(fc.nat({ max: 99 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 8,
});

/** A script with these constants and functions, which returns what the last of them makes. */
function writeScript(constants: number[], functions: number[][], isSplit: boolean): string {
  const declarations = isSplit
    ? names
        .map((name, i) => `local ${name} = ${constants[i]} -- ${names.join()}`)
        .join('\n')
        .replace(/ --.*/g, '')
    : `local ${names.join(',\n  ')} = ${constants.join(', ')}`;
  const lines = functions.map((parts, i) => {
    const usable = [...atoms, ...functions.slice(0, i).map((_, other) => `f${other}()`)];
    const text = parts.map((part) => `tostring(${usable[part % usable.length]})`).join(' .. ');
    return `-- A does what B_C does, and it doesn't end\nlocal function f${i}()\n  -- KEYS_OF\n\n  return ${text} -- A\nend\n`;
  });
  return `${declarations}\nlocal number, name_a = 7, A\n${lines.join('\n')}\nreturn f${functions.length - 1}()\n`;
}

describe('a lean script', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  after(() => server.stop());

  it('answers what the script answers that it was made of', async () => {
    const run = (script: string) => server.client.eval(script, 1, 'key');
    await fc.assert(
      fc.asyncProperty(values, bodies, fc.boolean(), async (constants, functions, isSplit) => {
        const script = writeScript(constants, functions, isSplit);
        const lean = leanScript(script);
        assert.deepEqual(await run(lean), await run(script), lean);
        assert.doesNotMatch(lean, /^local B_C|--(?! KEYS_OF')/m);
      }),
      { seed: 4711, numRuns: 300 },
    );
  });

  it('keeps a declaration that is no list of numbers', () => {
    for (const line of ['local A, B = 1', 'local A = B * 2', 'local A = SETTINGS[4]', 'local a = 1']) {
      assert.equal(leanScript(`${line}\nreturn A + a\n`), `${line}\nreturn A + a\n`);
    }
  });

  it('keeps of functions those that are used, and those of an unusual form', () => {
    const one = 'local function one()\n  return 1\nend\n';
    const two = 'local function two()\n\n  return one()\nend\n';
    const short = 'local function short() return 1 end\n';
    assert.equal(leanScript(`${one}${two}return 1\n`), 'return 1\n');
    assert.equal(leanScript(`${one}${two}return one()\n`), `${one}return one()\n`);
    assert.equal(leanScript(`${one}${two}return two()\n`), `${one}${two}return two()\n`);
    assert.equal(leanScript(`${one}${short}return 1\n`), `${short}return 1\n`);
  });

  it('suits our files, which declare a constant once and hold nothing that it would misread', () => {
    const folder = new URL('../../src/stores/redis/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.lua'));
    const source = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
    const declarations = source.matchAll(/^local ([A-Z_]+(?:,\s+[A-Z_]+)*) = \d/gm);
    const declared = [...declarations].flatMap(([, joined = '']) => joined.split(/,\s+/));
    assert.ok(declared.length > 30);
    assert.deepEqual(declared, [...new Set(declared)]);
    for (const name of declared) assert.doesNotMatch(leanScript(source), new RegExp(`\\b${name}\\b`));
    assert.doesNotMatch(leanScript(source), /"|\[\[|\\'/);
    assert.doesNotMatch(source, /--\[/);
    assert.doesNotMatch(source, /^local function .* end$/m);
  });
});
