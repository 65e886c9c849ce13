import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRefusal } from '../../src/core/refusal.js';
import { quoteRefusal, quoteThrown } from '../../src/delivery/quote.js';
import type { Message } from '../../src/ports.js';
import { createMessage } from '../helpers/messages.js';

const mail = createMessage({ to: 'alice.smith@example.com', code: '482931' });
const sms = createMessage({ channel: 'sms', to: '+4915112345678', code: '482931' });
const custom = createMessage({ channel: 'custom', to: 'user:a1b2c3', code: '4829' });

const sayThrown = (error: unknown, message: Message) =>
  quoteThrown(error, message).cause?.replace(/^the transport failed: /, '') ?? '';

const ask = (text: string, message: Message) => {
  const { detail, cause = '' } = quoteRefusal({ ...createRefusal('rejected', text), cause: text }, message);
  return [detail, cause, sayThrown(new Error(text), message)];
};

/** How an error of a provider may quote a text. */
const spellings: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => `<${text}>`,
  (text) => JSON.stringify({ to: text }),
  encodeURIComponent,
  (text) => `https://provider.example/send?to=${encodeURIComponent(text)}`,
  (text) => text.replace('@', '&#64;'),
  (text) => text.replace('@', '\\u0040'),
  (text) => text.replace('@', '＠'),
  (text) => [...text].join(/^\+?\d+$/.test(text) ? ' ' : ''),
  (text) => text.replace(/(\d{3})(?=\d)/g, '$1-'),
  (text) => text.replace(/^\+49/, '0'),
];

const surrounding = fc
  .array(fc.constantFrom('550 ', 'refused', ' ', '\n', '"', "'", ':', ',', '(', '\u0000', '\u202e', 'é', '.'))
  .map((parts) => parts.join(''));

// Attack: have a provider refuse a message, and read its recipient and its code in what the log quotes of the refusal.
test('what a transport says of a refusal brings neither recipient nor code into the log', () => {
  const message = fc.constantFrom(mail, sms, custom);
  fc.assert(
    fc.property(
      message,
      fc.constantFrom('to', 'code'),
      fc.constantFrom(...spellings),
      surrounding,
      surrounding,
      (message, member, spell, before, after) => {
        for (const text of ask(`${before} ${spell(message[member])} ${after}`, message)) {
          const plain = decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25')).toLowerCase();
          const bare = plain.replace(/[^\da-z@]/g, '');
          assert.ok(!bare.includes(message.code), text);
          assert.ok(!bare.includes(message.to.toLowerCase().replace(/[^\da-z@]/g, '')), text);
          assert.ok(!bare.includes('alicesmith') && !bare.includes('15112345678'), text);
          assert.ok(text.length < 320);
        }
      },
    ),
    { numRuns: 2000, seed: 15 },
  );
});

// Attack: name a mailbox so that the refusal of its server begins another line in the log, or turns the writing around.
test('what a transport says stays on one line, without control and format characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      for (const quoted of ask(text, mail)) assert.doesNotMatch(quoted, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
    { numRuns: 500, seed: 15 },
  );
});

// Attack: answer with a text that takes long to search.
test('a text of any length is quoted in part, and soon', () => {
  for (const text of [
    'a'.repeat(1e6),
    '1 '.repeat(1e6),
    '+4 9(1'.repeat(2e5),
    '@'.repeat(1e6),
    '&'.repeat(1e6),
  ]) {
    for (const quoted of [...ask(text, mail), ...ask(text, sms)]) assert.ok(quoted.length < 330);
  }
});

test('what helps to find the fault is kept', () => {
  assert.equal(
    sayThrown(new TypeError('quota exceeded for sender codes: try tomorrow (status 429)'), mail),
    'TypeError: quota exceeded for sender codes: try tomorrow (status 429)',
  );
  assert.equal(sayThrown('no credit', sms), 'no credit');
  assert.equal(sayThrown(new Error('two\nlines'), mail), 'Error: two\\u000alines');
  const { detail } = quoteRefusal(createRefusal('rejected', 'HTTP 400 21211'), sms);
  assert.equal(detail, 'HTTP 400 21211');
});

// Attack: have the log quote the name of an error, which is in no message.
test('of what was thrown, the name is logged only if it is one', () => {
  const name = 'Error of alice.smith@example.com';
  assert.equal(quoteThrown(Object.assign(new Error('x'), { name }), mail).detail, 'threw Error');
  assert.equal(quoteThrown(new RangeError('x'), mail).detail, 'threw RangeError');
  assert.equal(quoteThrown('x', mail).detail, 'threw string');
});
