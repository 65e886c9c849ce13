import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LocatedValue, parseLocatedJson } from '../../src/core/located-json.js';

/** What `JSON.parse` gives, as far as the values tell. */
function simplify(value: LocatedValue): unknown {
  if (value.is === 'text') return value.text;
  if (value.is === 'list') return value.items.map(simplify);
  if (value.is === 'object') return value.members.map(({ name, value }) => [name, simplify(value)]);
  return null;
}

/** The same of a value that `JSON.parse` gave; members of objects lose their order there. */
function simplifyParsed(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(simplifyParsed);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, member]) => [name, simplifyParsed(member)]);
  return null;
}

function isRefused(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return false;
  } catch {
    return true;
  }
}

/** No number as a name, by which engines sort, and no name twice. */
const names = fc.string().map((name) => `a${name}`);
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test('what is JSON gives what JSON.parse gives', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 2, '\t', '\r\n'), (value, indent) => {
      const text = JSON.stringify(value, null, indent === '\r\n' ? 1 : indent).replaceAll(
        '\n',
        indent === '\r\n' ? '\r\n' : '\n',
      );
      assert.deepEqual(simplify(parseLocatedJson(text)), simplifyParsed(JSON.parse(text)));
    }),
    { seed: 15, numRuns: 2000 },
  );
});

test('what is not JSON is refused, whatever it is', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"\\',
    '\u0001',
    '"\u0001"',
    '1',
    '01',
    '-',
    '1.',
    '1e5',
    '+1',
    'true',
    'tru',
    'null',
    'NaN',
    "'a'",
    '//',
    ' ',
    '\n',
    '\u00a0',
    '\ufeff',
    '\u2028',
  ];
  let valid = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (chosen) => {
      const text = chosen.join('');
      const isWrong = isRefused(JSON.parse, text);
      if (!isWrong) valid += 1;
      assert.equal(isRefused(parseLocatedJson, text), isWrong, text);
    }),
    { seed: 15, numRuns: 20_000 },
  );
  assert.ok(valid > 100);
});

// Attack: say the same thing twice, so that the one who reads the file sees a rule that is not in force.
test('a name that is there twice is refused, however it is written, and elsewhere it is not', () => {
  assert.throws(
    () => parseLocatedJson('{"a": 1,\n"\\u0061": 2}'),
    /^RangeError: line 2: this name is there twice/,
  );
  parseLocatedJson('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "A": 1, "__proto__": 1, "constructor": 2}');
});

test('every value and every fault knows its line', () => {
  const root = parseLocatedJson('\n{"a":\n\n[1,\r\n"b"], "c": 2}\n');
  assert.ok(root.is === 'object');
  const [a, c] = root.members;
  assert.deepEqual([root.line, a?.line, a?.value.line, c?.line], [2, 2, 4, 5]);
  assert.ok(a?.value.is === 'list');
  assert.deepEqual(
    a.value.items.map(({ line }) => line),
    [4, 5],
  );
  for (const [text, fault] of [
    ['', 'line 1: the text ends too early'],
    ['{\n"a": [1,\n', 'line 3: the text ends too early'],
    ['{\n"a" 1}', 'line 2: : is missing'],
    ['[1\n\n2]', 'line 3: , is missing'],
    ['[1,\n]', 'line 2: a value is missing'],
    ['{"a": 1,\n}', 'line 2: a name in quotes is missing'],
    ['{}\n{}', 'line 2: there is more after the end'],
    ['{\n"a": \'secret\'}', 'line 2: this is not JSON'],
  ] as const) {
    assert.throws(() => parseLocatedJson(text), { message: fault });
  }
});

// Attack: a file that makes the parser run out of stack or time.
test('what is nested too deeply is refused, and long texts are read at once', () => {
  assert.throws(() => parseLocatedJson('['.repeat(100_000)), /line 1: this is nested too deeply/);
  for (const text of ['a'.repeat(1 << 20), '\n'.repeat(1 << 20), '"'.repeat(1 << 20)]) {
    const root = parseLocatedJson(JSON.stringify(text));
    assert.ok(root.is === 'text' && root.text === text);
    assert.throws(() => parseLocatedJson(`"${text}`), RangeError);
  }
});
