import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readPastedCode as readInElement } from '../../sdk/javascript/src/pasted-code.js';
import { locales } from '../../src/messages/catalogue.js';
import { parsePastedCode as readOnPage } from '../../src/sign-in/pasted-code.js';
import { createSignIn } from '../helpers/sign-in.js';
import { readVectors } from '../helpers/vectors.js';

const { found, unclear } = readVectors<{
  found: { text: string; length: number; code: string; note: string }[];
  unclear: { text: string; length: number; note: string }[];
}>('pasted-codes-v1.json');

const zeros = [0x30, 0x660, 0x6f0, 0x966, 0xe50, 0xff10, 0x1d7ce];
const code = fc
  .tuple(fc.integer({ min: 4, max: 10 }), fc.nat({ max: 9_999_999_999 }))
  .map(([length, value]) => String(value).padStart(10, '0').slice(0, length));

for (const [where, read] of [
  ['on the page', readOnPage],
  ['in the element', readInElement],
] as const) {
  describe(`what is pasted, ${where}`, () => {
    test('every code is found in the text that brings it', () => {
      for (const { text, length, code, note } of found) {
        assert.equal(read(text, length), code, `${note}: ${JSON.stringify(text)}`);
      }
    });

    test('text in which no code is certain gives none', () => {
      for (const { text, length, note } of unclear) {
        assert.equal(read(text, length), null, `${note}: ${JSON.stringify(text)}`);
      }
    });

    test('the line that is bound to an origin decides, whatever stands before it', () => {
      fc.assert(
        fc.property(code, fc.string({ maxLength: 200 }), (code, text) => {
          fc.pre(!/@\S+ #/.test(text.normalize('NFKC')));
          assert.equal(read(`${text}\n@example.com #${code}`, code.length), code);
        }),
        { seed: 12 },
      );
    });

    test('a code is found in the digits of any script, and in groups', () => {
      fc.assert(
        fc.property(
          code,
          fc.constantFrom(...zeros),
          fc.constantFrom('', ' ', '-'),
          (code, zero, separator) => {
            const half = Math.ceil(code.length / 2);
            const parts = code.length < 6 ? [code] : [code.slice(0, half), code.slice(half)];
            const written = parts
              .join(separator)
              .replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
            assert.equal(read(written, code.length), code);
            assert.equal(read(`Your code is ${written}\nIt expires in 5 minutes.`, code.length), code);
          },
        ),
        { seed: 12 },
      );
    });

    test('what is given is a run of the text, of the wanted length unless it stands alone', () => {
      const piece = fc.constantFrom(
        '366092',
        '12',
        ' ',
        '-',
        '.',
        '\n',
        'a',
        '€',
        '@',
        '#',
        '/',
        '+',
        '字',
        '４',
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
          const text = pieces.join('');
          const code = read(text, 6);
          if (code === null) return;
          assert.match(code, /^[0-9]*$/);
          assert.ok(
            text
              .replace(/４/g, '4')
              .replace(/[^0-9]/g, '')
              .includes(code),
          );
          if (/[^\d\s-]/.test(text.replace(/４/g, '4'))) assert.equal(code.length, 6);
          assert.equal(read(code, 6), code);
        }),
        { seed: 12, numRuns: 2000 },
      );
    });

    test('a long text takes no longer than its length', () => {
      for (const text of [
        '1'.repeat(200_000),
        '1 '.repeat(100_000),
        '@a '.repeat(70_000),
        'a://'.repeat(50_000),
      ]) {
        assert.ok(read(`x${text}`, 6) === null);
      }
    });
  });
}

test('the code is found in every message that we send, in every language', async () => {
  for (const origin of [undefined, 'https://login.example.com']) {
    for (const locale of locales) {
      const { open, ask, inbox } = createSignIn({ origin, appName: 'Example 24' });
      const browser = open({ 'Accept-Language': locale });
      for (const identity of ['alice@example.com', '+4915112345678']) {
        await ask(browser, identity);
        const { text = '', code = '' } = inbox.messages.at(-1) ?? {};
        for (const read of [readOnPage, readInElement]) {
          assert.equal(read(text, code.length), code, `${locale}: ${text}`);
          // Where line ends are lost, a number may follow the code at once: then there is none.
          const onOneLine = read(text.replaceAll('\n', ''), code.length);
          assert.ok(onOneLine === code || onOneLine === null, `${locale}, on one line: ${text}`);
        }
      }
    }
  }
});
