import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';

test('the options of the library reach the messages', async () => {
  const { otp, inbox } = createTestOtp({
    appName: 'Example',
    defaultLocale: 'fr',
    codeInSubject: false,
    origin: 'https://example.com',
  });
  await otp.request('alice@example.com', { locale: 'la, pt;q=0.3' });
  await otp.request('alice@example.com');
  await otp.request('+4915112345678');
  const [portuguese, french, sms] = inbox.messages;
  assert.equal(portuguese?.locale, 'pt-BR');
  assert.equal(french?.subject, 'Votre code à usage unique pour Example');
  assert.ok(sms?.text.endsWith(`\n@example.com #${sms.code}`));
});

test('options that cannot be are refused by name', () => {
  assert.throws(() => createTestOtp({ defaultLocale: 'xx' as never }), /defaultLocale must be one of/);
  assert.throws(() => createTestOtp({ origin: 'example.com' }), /origin must be/);
  assert.throws(() => createTestOtp({ templatesDir: '/nowhere/at/all' }), /templatesDir/);
  assert.throws(() => createTestOtp({ appName: 'x'.repeat(101) }), /appName/);
});
