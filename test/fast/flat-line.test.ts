import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPlainLogger, hiddenFields } from '../../src/cli/log.js';
import { createFlatLines } from '../../src/fast/flat-line.js';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

/** What pino writes, at the time that both are told. */
function writePlainly(level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) {
  const lines: string[] = [];
  createPlainLogger('info', { write: (line) => void lines.push(line) })[level](fields, message);
  assert.equal(lines.length, 1);
  return lines[0]?.replace(/"time":"[^"]*"/, `"time":"${new Date(at).toISOString()}"`);
}

/** What `createFlatLines` writes itself; undefined for what it leaves to pino. */
function createFormat(level: 'info' | 'warn' | 'error', now = () => at) {
  let [line, isLeft]: [string | undefined, boolean] = [undefined, false];
  const leave = () => {
    isLeft = true;
  };
  const output = {
    write(written: string) {
      line = written;
    },
  };
  const plain = { info: leave, warn: leave, error: leave };
  const write = createFlatLines(level, { hidden: hiddenFields, now, output, plain });
  return (fields: Record<string, unknown>, message: string) => {
    [line, isLeft] = [undefined, false];
    write(fields, message);
    assert.equal(isLeft, line === undefined);
    return line;
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 80 }),
  fc.constant('\ud800"\u2028\n'),
);
const flat = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(undefined));
const other = fc.oneof(
  fc.constant(null),
  fc.array(fc.integer()),
  fc.object(),
  fc.bigInt(),
  fc.constant(() => 1),
);
const name = fc.oneof(text, fc.constantFrom('event', 'network', 'toJSON', 'constructor', ...hiddenFields));

test('a flat line is the line that pino writes, whatever its fields and message are', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('info' as const, 'warn' as const, 'error' as const),
      fc.dictionary(name, flat),
      text,
      (level, fields, message) => {
        const line = createFormat(level)(fields, message);
        const isHidden = Object.keys(fields).some(
          (key) => hiddenFields.has(key) && fields[key] !== undefined,
        );
        assert.equal(line, isHidden ? undefined : writePlainly(level, fields, message));
      },
    ),
    { seed: 20261127, numRuns: 1000 },
  );
});

test('what is not flat is left to pino', () => {
  fc.assert(
    fc.property(fc.dictionary(text, flat), text, other, (fields, key, value) => {
      const line = createFormat('info')({ ...fields, [key]: value }, 'message');
      assert.equal(line, undefined);
    }),
    { seed: 20261127, numRuns: 300 },
  );
});

test('each line has the time at which it was written', () => {
  let now = at;
  const format = createFormat('info', () => now);
  const times = [0, 0, 1, 999, 0, 60_000].map((ms) => {
    now += ms;
    return [JSON.parse(format({}, 'line') ?? '').time, new Date(now).toISOString()];
  });
  for (const [written, expected] of times) assert.equal(written, expected);
});
