import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { locales } from '../../src/messages/catalogue.js';
import { createRenderer } from '../../src/messages/render.js';
import { measureSms } from '../../src/messages/sms.js';
import { createTestOtp } from '../helpers/otp.js';

const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-sms-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'sms.text.txt'), '{{code}}');
mkdirSync(join(folder, 'ru'));
writeFileSync(join(folder, 'ru', 'sms.text.txt'), `{{code}} ${'слово '.repeat(40)}`);

const segmentsOf = (text: string) => measureSms(text).segments;

// Attack: ask for the language in which an SMS takes two segments, and have the operator pay double for each.
test('no language that a caller asks for makes an SMS dearer than the default one', () => {
  fc.assert(
    fc.property(
      fc.record({
        defaultLocale: fc.constantFrom(...locales),
        locale: fc.oneof(
          fc.constantFrom(...locales),
          fc.constantFrom('ru;q=1, en;q=0.1', 'zh-Hant, *', 'xx'),
        ),
        appName: fc.oneof(
          fc.string({ minLength: 0, maxLength: 100 }),
          fc.string({ minLength: 60, maxLength: 100, unit: fc.constantFrom('a', 'é', 'Ж', ' ') }),
        ),
        origin: fc.constantFrom(undefined, 'https://example.com', `https://${'a'.repeat(50)}.example.com`),
        templatesDir: fc.constantFrom(undefined, folder),
        code: fc.constantFrom('482931', '4829310567'),
        expiresInSeconds: fc.integer({ min: 1, max: 600 }),
      }),
      ({ locale, code, expiresInSeconds, ...options }) => {
        const render = createRenderer(options);
        const input = { channel: 'sms', code, expiresInSeconds } as const;
        const asked = segmentsOf(render({ ...input, locale }).text);
        const byDefault = segmentsOf(render(input).text);
        assert.ok(asked <= Math.max(1, byDefault), `${asked} segments instead of ${byDefault}`);
      },
    ),
    { seed: 20261126, numRuns: 500 },
  );
});

test('a language that costs the same is used', async () => {
  const { otp, inbox } = createTestOtp({ appName: 'Example' });
  await otp.request('+4915112345678', { locale: 'ru' });
  assert.match(inbox.messages.at(-1)?.text ?? '', /^Код для Example/);
});

test('a long name that makes a language dearer is sent in the default language', async () => {
  const { otp, inbox } = createTestOtp({
    appName: 'Example Company Customer Portal for Everyone, North',
    origin: 'https://example.com',
  });
  await otp.request('+4915112345678', { locale: 'ru' });
  const message = inbox.messages.at(-1);
  assert.equal(message?.locale, 'en');
  assert.equal(segmentsOf(message?.text ?? ''), 1);
});
