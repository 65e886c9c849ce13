import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { redactUrls } from '../../src/cli/redact.js';

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

// Attack: read a secret off the output of `check`, which people paste into bug reports.
test('no secret of a URL is printed, whether the setting is valid or wrong', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/).map((text) => `s3cret${text}`);
  fc.assert(
    fc.property(
      word,
      fc.constantFrom('WEBHOOK_URL', 'BRAND_LOGO_URL', 'SIGN_IN_HOME', 'PUBLIC_URL'),
      (secret, name) => {
        for (const url of [
          `https://hooks.example.com/in?token=${secret}`,
          `https://user:${secret}@hooks.example.com/in`,
          `https://${secret}@hooks.example.com/in`,
          `https://user:pa?ss${secret}@hooks.example.com/in`,
          `http://user:${secret}@hooks.example.com/in?key=${secret}#${secret}`,
        ]) {
          const source = { DELIVERY_BACKEND: 'webhook', WEBHOOK_SECRET: 'x'.repeat(40), [name]: url };
          assert.ok(!formatCheck(loadConfig(source)).includes(secret), `${name} ${url}`);
        }
      },
    ),
    { seed: 12, numRuns: 50 },
  );
});
