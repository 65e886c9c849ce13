import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Folding, listFolding } from '../../scripts/folding-lists.js';
import * as sdk from '../../sdk/javascript/src/folding.js';
import { parseCode } from '../../src/core/code.js';
import { canonicaliseDomain } from '../../src/core/domain.js';
import { foldIdentity, foldText } from '../../src/core/folding.js';
import { canonicalise } from '../../src/core/identity.js';
import { root } from '../helpers/process.js';
import { readVectors } from '../helpers/vectors.js';

const lists: Folding = JSON.parse(readFileSync(join(root, 'spec/folding.json'), 'utf8'));
const vectors =
  readVectors<Record<'texts' | 'identities', { input: string; folded: string }[]>>('folding-v1.json');

/** What the lists of the specification say, read once more: each character with its twin. */
function expand(ranges: string[], twin: (index: number) => string): [character: string, twin: string][] {
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map((point) => Number.parseInt(point, 16));
    const points = Array.from({ length: last - first + 1 }, (_, index) => index);
    return points.map((index) => [String.fromCodePoint(first + index), twin(index)] as [string, string]);
  });
}
const dropped = expand(lists.dropped, () => '');
const digits = expand(lists.digits, (index) => String(index % 10));
const spaces = expand(lists.spaces, () => ' ');
const hyphens = expand(lists.hyphens, () => '-');
const fullWidth = expand(lists.full_width, (index) => String.fromCharCode(0x21 + index));
const all = [...dropped, ...spaces, ...hyphens, ...digits, ...fullWidth];
const name = (character: string) => `U+${character.codePointAt(0)?.toString(16)}`;

test('the lists are those of their version of Unicode', () => {
  // Another runtime reads the same lists, but could not have made them.
  if (process.versions.unicode === lists.unicode) assert.deepEqual(lists, listFolding());
  assert.ok(all.length > 1200);
});

test('nothing that reads an identity or a code asks the Unicode tables of its runtime', () => {
  for (const file of ['identity', 'domain', 'phone', 'folding', 'folding-table', 'code', 'gate']) {
    const source = readFileSync(join(root, 'src/core', `${file}.ts`), 'utf8');
    assert.doesNotMatch(source, /\\p\{|\\s|\.trim\(|\.normalize\(|toLocale|domainToASCII|node:url/i, file);
  }
});

test('every character of the lists becomes its twin, and no other character changes', () => {
  const twins = new Map(all);
  for (const [character, twin] of all) assert.equal(foldText(`a${character}b`), `a${twin}b`, name(character));
  let others = '';
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (!twins.has(character) && !(point >= 0xd800 && point <= 0xdfff)) others += character;
  }
  assert.ok(foldText(others) === others);
  assert.equal(foldText('\ud800'), '\ud800');
});

test('folding is the same again, for whole identities too', () => {
  const piece = fc.oneof(
    fc.constantFrom(...all.map(([character]) => character)),
    fc.constantFrom(
      'a',
      '@',
      '.',
      ' ',
      '\t',
      '\n',
      '\u0444',
      '\u094d',
      '\u200d',
      '\u200c',
      '\u212a',
      ':',
      '+49',
    ),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (input) => {
      for (const fold of [foldText, foldIdentity]) assert.equal(fold(fold(input)), fold(input));
      assert.equal(sdk.foldText(input), foldText(input));
      assert.equal(sdk.foldIdentity(input), foldIdentity(input));
    }),
    { numRuns: 5000, seed: 17 },
  );
});

/** The text with this put in at every place of it, the ends included. */
const insertions = (text: string, character: string) =>
  Array.from({ length: text.length + 1 }, (_, at) => text.slice(0, at) + character + text.slice(at));

test('what is dropped is dropped wherever it is pasted: number, id, local part, code, around an address', () => {
  for (const [character] of dropped) {
    for (const value of ['+4915112345678', 'user:42']) {
      for (const input of insertions(value, character))
        assert.equal(canonicalise(input)?.value, value, name(character));
    }
    for (const input of insertions('alice', character)) {
      assert.equal(canonicalise(`${input}@example.com`)?.value, 'alice@example.com', name(character));
    }
    for (const input of insertions('482931', character))
      assert.equal(parseCode(input), '482931', name(character));
    assert.equal(canonicalise(`a@example.com${character}`)?.value, 'a@example.com', name(character));
    assert.equal(
      canonicalise(`a@\u043f.\u0440\u0444${character}`)?.value,
      'a@xn--o1a.xn--p1ai',
      name(character),
    );
  }
});

test('spaces, dashes, digits and full-width forms count as their twins in each kind of identity and in a code', () => {
  for (const [character, twin] of all) {
    for (const text of [
      '+4@915112345678',
      '+49 151 1234@5678',
      '@+4915112345678',
      'us@er:42',
      'user:4@2',
      'user@42',
    ]) {
      const [pasted, plain] = [character, twin].map((piece) => text.replace('@', piece));
      assert.deepEqual(canonicalise(pasted), canonicalise(plain), `${name(character)} in ${text}`);
    }
    for (const local of ['#alice', 'al#ice', 'alice#']) {
      const [pasted, plain] = [character, twin].map((piece) => `${local.replace('#', piece)}@example.com`);
      // A second @ stays one, of any width.
      assert.deepEqual(canonicalise(pasted), canonicalise(plain), `${name(character)} in ${local}`);
    }
    for (const code of ['#48293', '482#93', '48293#']) {
      const [pasted, plain] = [character, twin].map((piece) => code.replace('#', piece));
      assert.equal(parseCode(pasted), parseCode(plain), `${name(character)} in ${code}`);
    }
  }
});

// Attack: own the domain that someone's domain becomes when its joiners are dropped or its digits changed.
test('no character of a domain is folded: UTS 46 gets it as it was typed', () => {
  for (const [character] of all) {
    for (const domain of [
      `exa${character}mple.com`,
      `${character}a.example`,
      `\u0915\u094d${character}\u0937.example`,
    ]) {
      const expected = canonicaliseDomain(domain);
      const identity = canonicalise(`a@${domain}`);
      assert.equal(identity?.value ?? null, expected && `a@${expected}`, `${name(character)} in ${domain}`);
    }
  }
});

test('the vectors of the specification are folded so by the service and by the SDK', () => {
  for (const folding of [{ foldText, foldIdentity }, sdk]) {
    for (const { input, folded } of vectors.texts) assert.equal(folding.foldText(input), folded);
    for (const { input, folded } of vectors.identities) assert.equal(folding.foldIdentity(input), folded);
  }
});
