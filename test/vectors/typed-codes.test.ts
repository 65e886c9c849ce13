import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCode } from '../../src/core/code.js';
import { readVectors } from '../helpers/vectors.js';

const { accepted, refused } = readVectors<{
  accepted: { input: string; code: string; note: string }[];
  refused: { input: unknown; note: string }[];
}>('typed-codes-v1.json');

test('every code is read as people type it', () => {
  assert.ok(accepted.length >= 70);
  for (const { input, code, note } of accepted) {
    assert.equal(parseCode(input), code, `${note}: ${JSON.stringify(input)}`);
  }
});

// Attack: one code in many spellings, or one that some number parser takes for another.
test('what cannot be a code is refused', () => {
  assert.ok(refused.length >= 80);
  for (const { input, note } of refused)
    assert.equal(parseCode(input), null, `${note}: ${JSON.stringify(input)}`);
});
