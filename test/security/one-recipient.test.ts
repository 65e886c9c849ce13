import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalise } from '../../src/core/identity.js';
import { createOtp } from '../../src/index.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { hostileCharacters } from '../helpers/hostile-characters.js';
import { jwtSecret, secretKey } from '../helpers/otp.js';
import { mailHeaders, startSmtpServer } from '../helpers/smtp.js';

const pieces = fc.constantFrom(
  ...hostileCharacters,
  ...[
    'example.com',
    '@example.com',
    'bücher.example',
    'alice',
    'RCPT TO:<x@y.example>',
    '\r\nBcc: x@y.example',
  ],
);
const hostile = fc.oneof(
  fc.array(pieces, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
  fc
    .tuple(fc.array(pieces, { maxLength: 4 }), fc.domain())
    .map(([parts, domain]) => `${parts.join('')}@${domain}`),
  fc.emailAddress(),
);

// Attack: one address for the check and another for the delivery, a second recipient, a header in an address
// (GitLab CVE-2023-7028, next-auth CVE-2026-73420, nodemailer CVE-2026-125755).
test('what is accepted of 100 000 hostile addresses reaches one recipient, byte for byte the sub of the token', async () => {
  const accepted = new Map<string, string>();
  for (const input of fc.sample(hostile, { numRuns: 100_000, seed: 2026 })) {
    const identity = canonicalise(input);
    if (identity?.kind === 'email') accepted.set(identity.value, input);
  }
  const chosen = [...accepted].slice(0, 1000);
  assert.equal(chosen.length, 1000);

  const smtp = await startSmtpServer();
  const transport = createSmtpTransport({ host: '127.0.0.1', port: smtp.port, from: 'codes@example.org' });
  const otp = createOtp({ secretKey, jwtSecret, transports: [transport] });
  const headers = new Set<string>();
  try {
    for (const [canonical, input] of chosen) {
      const arriving = smtp.next();
      assert.equal((await otp.request(input)).status, 'sent', input);
      const { mail } = await arriving;
      const code = /^(\d{6})$/m.exec(mail.text ?? '')?.[1];
      const result = await otp.verify(input, code);
      assert.equal(result.status, 'valid', input);
      const check = await otp.verifyToken(result.status === 'valid' ? result.accessToken : '');
      assert.equal(check.active && check.claims.sub, canonical);
      assert.equal(smtp.recipients.at(-1), canonical);
      for (const { key } of mail.headers) headers.add(key);
    }
    assert.equal(smtp.recipients.length, 1000);
    assert.equal(smtp.received.length, 1000);
    assert.deepEqual([...headers].sort(), mailHeaders);
  } finally {
    await otp.close();
    await smtp.close();
  }
});
