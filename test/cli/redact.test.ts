import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { prepare } from '../../src/cli/prepare.js';
import { redactUrls, redactValue } from '../../src/cli/redact.js';

test('a URL is shown without user, password, query and fragment', () => {
  assert.equal(
    redactUrls('https://user:pass@hooks.example.com/a/b?token=secret#more'),
    'https://***@hooks.example.com/a/b?***',
  );
  assert.equal(redactUrls('https://hooks.example.com/a#secret'), 'https://hooks.example.com/a#***');
  assert.equal(
    redactUrls('https://a.example?x=1,https://b.example'),
    'https://a.example?***,https://b.example',
  );
  assert.equal(redactUrls('https://otp.example.com:8443/path'), 'https://otp.example.com:8443/path');
  for (const text of ['Example <a@example.com>', '+49', '#2f5bd7', 'why?'])
    assert.equal(redactUrls(text), text);
});

test('what follows an address in a list is shown, and what only looks like one belongs to it', () => {
  assert.equal(
    redactUrls('https://a.example?x=1,b&token=s, https://u:p,q@b.example#f'),
    'https://a.example?***, https://***@b.example#***',
  );
  assert.equal(redactUrls('https:\\\\u:p@a.example\\x?t'), 'https:\\\\***@a.example\\x?***');
  assert.equal(redactUrls('https:u:p@a.example?t'), 'https:***@a.example?***');
  assert.equal(redactValue('SMTP_HOST', 'user:pass@mail.example.com'), '***@mail.example.com');
  assert.equal(redactValue('WEBHOOK_URL', 'hooks.example.com/in?token=x'), 'hooks.example.com/in?***');
  assert.equal(redactValue('SMTP_FROM', 'Example? <a@example.com>'), 'Example? <a@example.com>');
});

// Attack: read a secret off the output of `check`, which people paste into bug reports.
test('no secret of an address is printed, whether the setting is valid or wrong', async () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/).map((text) => `s3cret${text}`);
  const names = [
    'WEBHOOK_URL',
    'EVENTS_URL',
    'BRAND_LOGO_URL',
    'SIGN_IN_HOME',
    'PUBLIC_URL',
    'SMTP_HOST',
    'SMTP_OAUTH_TOKEN_URL',
    'OTP_ORIGIN',
    'HOST',
    'CORS_ORIGINS',
    'EMBED_ORIGINS',
    'REDIS_URL',
  ];
  const part = fc.constantFrom('', 'x', ',', ' ', '/', '?', '#', '@', ':', '%2C', '\\', ';', '=');
  await fc.assert(
    fc.asyncProperty(
      word,
      fc.constantFrom(...names),
      fc.tuple(part, part),
      async (secret, name, [before, after]) => {
        const hidden = `${before}${secret}${after}`;
        for (const url of [
          `https://hooks.example.com/in?token=${hidden}`,
          `https://hooks.example.com/in?a=1,b=2&token=${hidden}`,
          `https://user:${hidden}@hooks.example.com/in`,
          `https://${hidden}@hooks.example.com/in`,
          `https://user:pa?ss${hidden}@hooks.example.com/in`,
          `http://user:${hidden}@hooks.example.com/in?key=${hidden}#${hidden}`,
          `https:user:${hidden}@hooks.example.com/in?key=${hidden}`,
          `https:\\\\user:${hidden}@hooks.example.com\\in?key=${hidden}`,
          `HTTPS://hooks.example.com/in#${hidden}`,
          ...(/_(URL|HOST)$/.test(name) ? [`user:${hidden}@hooks.example.com/in?token=${hidden}`] : []),
        ]) {
          const backend = name.startsWith('SMTP')
            ? { DELIVERY_BACKEND: 'smtp', SMTP_FROM: 'a@b.example' }
            : { DELIVERY_BACKEND: 'webhook' };
          for (const mode of ['production', 'development']) {
            const source = {
              NODE_ENV: mode,
              PORT: '0',
              ...backend,
              WEBHOOK_SECRET: 'x'.repeat(40),
              [name]: url,
            };
            const loaded = name === 'HOST' ? await prepare(source) : loadConfig(source);
            assert.ok(!formatCheck(loaded).includes(secret), `${name}=${url}\n${formatCheck(loaded)}`);
          }
        }
      },
    ),
    { seed: 12, numRuns: 150 },
  );
});
