// Loaded before tests: a failing assert.ok(expression) quotes the line that failed. Node parses the source for it, at a position in
// what tsx has made of that. So it quotes some other expression, or parses for longer than the test may take.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { ok } = assert;
/** Longer statements are cut. */
const maxLines = 6;

assert.ok = function okThatQuotes(...args) {
  if (args.length !== 1 || args[0]) return ok(...args);
  const probe = {};
  Error.captureStackTrace(probe, okThatQuotes);
  throw new assert.AssertionError({
    message: `The expression evaluated to a falsy value:\n\n  ${quoteCall(String(probe.stack))}\n`,
    actual: args[0],
    expected: true,
    operator: '==',
    stackStartFn: okThatQuotes,
  });
};

/**
 * The statement of the first call of a stack, whose positions are those of the source.
 *
 * @param {string} stack
 */
function quoteCall(stack) {
  const [, file = '', line = ''] = /^ +at (?:.* \()?(.+?):(\d+):\d+\)?$/m.exec(stack) ?? [];
  try {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .slice(Number(line) - 1, Number(line) - 1 + maxLines);
    const end = lines.findIndex((text) => text.endsWith(';'));
    return lines
      .slice(0, end + 1 || maxLines)
      .join('\n')
      .trim();
  } catch {
    return `at ${file}:${line}`;
  }
}
