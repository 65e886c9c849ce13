import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { createResendTransport } from '../../src/transports/resend.js';
import { createSesTransport } from '../../src/transports/ses.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { formatSender, parseSender } from '../../src/transports/smtp-sender.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';
import { startScriptedSmtp } from '../helpers/scripted-smtp.js';

const message = createMessage();
const signal = () => new AbortController().signal;

/** What a mail program shows of this line. */
async function readFrom(from: string) {
  const mail = await PostalMime.parse(`From: ${from}\r\n\r\n`);
  return mail.from;
}

describe('a sender', () => {
  test('is an address, or a name and an address', () => {
    for (const [text, name, address] of [
      ['codes@example.com', '', 'codes@example.com'],
      [' codes@example.com ', '', 'codes@example.com'],
      ['<codes@example.com>', '', 'codes@example.com'],
      ['Example <codes@example.com>', 'Example', 'codes@example.com'],
      ['Example, Inc. <codes@example.com>', 'Example, Inc.', 'codes@example.com'],
      ['"Example, Inc." <codes@example.com>', 'Example, Inc.', 'codes@example.com'],
      ['"Example \\"the\\" <shop>" <codes@example.com>', 'Example "the" <shop>', 'codes@example.com'],
      ['"a\\\\b"<codes@example.com>', 'a\\b', 'codes@example.com'],
      ["O'Neil & Söhne <o'neil+x=y@example.com>", "O'Neil & Söhne", "o'neil+x=y@example.com"],
      ['例え <codes@例え.jp>', '例え', 'codes@xn--r8jz45g.jp'],
      ['Bücher <codes@Bücher.example>', 'Bücher', 'codes@xn--bcher-kva.example'],
      ['codes@faß.example', '', 'codes@xn--fa-hia.example'],
      ['codes@xn--bcher-kva.example', '', 'codes@xn--bcher-kva.example'],
      ['codes@localhost', '', 'codes@localhost'],
    ] as const) {
      assert.deepEqual(parseSender(text), { name, address }, text);
    }
  });

  // Attack: put a second sender or a header into the mail.
  test('is refused when it is anything else', () => {
    for (const text of [
      '',
      'codes',
      '@example.com',
      'codes@',
      'a@b, c@d',
      'a@b.example <c@d.example',
      'Example <codes@example.org',
      'O"Neil <a@b.example>',
      '"Example <a@b.example>',
      'Example <a@b.example> <c@d.example>',
      'Example <<a@b.example>>',
      'x\r\nBcc: a@b.example',
      'x\r\nBcc: y <a@b.example>',
      '"x\r\nBcc: y" <a@b.example>',
      'x\u2028y <a@b.example>',
      'x\0 <a@b.example>',
      'jürgen@example.com',
      'codes@bü cher.example',
      'codes@bücher..example',
      'codes@bücher',
      'codes@bücher.example/path',
      'codes@-bücher-.example',
    ]) {
      assert.throws(() => parseSender(text), /^RangeError: from must be an address/, JSON.stringify(text));
    }
  });

  test('is shown by mail programs as it was given, whatever its name, in lines of ASCII', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
      .filter((text) => text === text.trim() && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(text) && !text.includes('=?'));
    await fc.assert(
      fc.asyncProperty(name, async (given) => {
        const quoted = `"${given.replace(/[\\"]/g, '\\$&')}" <codes@bücher.example>`;
        const sender = parseSender(quoted);
        assert.deepEqual(sender, { name: given, address: 'codes@xn--bcher-kva.example' });
        const written = formatSender(sender);
        assert.match(written, /^[\x20-\x7e]+$/);
        for (const [word] of written.matchAll(/=\?[^ ]*\?=/g)) assert.ok(word.length <= 75, word);
        assert.equal((await readFrom(written))?.address, sender.address);
        if (/^[\x20-\x7e]+$/.test(given)) return;
        assert.equal((await readFrom(written))?.name, given.toWellFormed());
      }),
      { seed: 20261126, numRuns: 500 },
    );
  });

  // Attack: have a name that reads as an address of its own.
  test('whose name holds quotes, commas or an address stays one sender', async () => {
    for (const name of [
      'Example, Inc.',
      'a "b" c',
      'a\\',
      'x@evil.example',
      '<x@evil.example>',
      'a; b: c',
      '=?x?q?y?=',
    ]) {
      const from = await readFrom(formatSender({ name, address: 'codes@example.com' }));
      assert.equal(from?.address, 'codes@example.com', name);
      assert.equal(from?.name, name);
    }
  });
});

const from = '"Bücher, Söhne" <codes@bücher.example>';
const expected = `=?UTF-8?B?${Buffer.from('Bücher, Söhne').toString('base64')}?= <codes@xn--bcher-kva.example>`;

test('Amazon SES and Resend are told an international sender in ASCII', async () => {
  const stub = await startHttpStub();
  try {
    const transports = [
      createSesTransport({
        region: 'eu-central-1',
        accessKeyId: 'a',
        secretAccessKey: 'b',
        from,
        baseUrl: stub.url,
      }),
      createResendTransport({ apiKey: 'a', from, baseUrl: stub.url }),
    ];
    for (const transport of transports) assert.ok((await transport.send(message, { signal: signal() })).ok);
    const bodies = stub.received.map(({ body }) => JSON.parse(body));
    assert.equal(bodies[0].FromEmailAddress, expected);
    assert.equal(bodies[1].from, expected);
  } finally {
    await stub.close();
  }
});

test('a mail server is told an international sender in ASCII, in the envelope, the header and the greeting', async () => {
  const smtp = await startScriptedSmtp(() => undefined);
  const transport = createSmtpTransport({ host: '127.0.0.1', port: smtp.port, from });
  try {
    assert.ok((await transport.send(message, { signal: signal() })).ok);
    assert.equal(smtp.lines[0], 'EHLO xn--bcher-kva.example');
    assert.equal(smtp.lines[1], 'MAIL FROM:<codes@xn--bcher-kva.example>');
    const mail = await PostalMime.parse(smtp.contents[0] ?? '');
    assert.deepEqual(mail.from, { name: 'Bücher, Söhne', address: 'codes@xn--bcher-kva.example' });
    assert.match(smtp.contents[0] ?? '', /^[\x20-\x7e\r\n\t]*$/);
  } finally {
    await transport.close?.();
    await smtp.close();
  }
});
