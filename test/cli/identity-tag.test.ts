import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOtp } from '../../src/index.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { runCli } from '../helpers/process.js';

const identityKey = Buffer.from('vutsrqponmlkjihgfedcba9876543210').toString('base64');

/** What the log shows of an identity. */
async function findLogged(identity: string, options: object = {}) {
  const { lines, logger } = keepLines();
  const transports = [createInbox().transport];
  const otp = createOtp({ secretKey, jwtSecret, transports, logger, ...options });
  await otp.request(identity);
  await otp.close();
  return lines[0]?.['identity_tag'];
}

test('identity tag prints what the log shows of an address, however it is written', async () => {
  const run = (address: string, env: Record<string, string> = {}) =>
    runCli(['identity', 'tag', address], { OTP_SECRET_KEY: secretKey, ...env });
  for (const [written, canonical, env, options] of [
    ['Alice@Example.com', 'alice@example.com', {}, {}],
    ['0151 12345678', '+4915112345678', { OTP_DEFAULT_COUNTRY: 'DE' }, {}],
    ['user:42', 'user:42', { OTP_NAMESPACE: 'shop' }, { namespace: 'shop' }],
    ['alice@example.com', 'alice@example.com', { OTP_IDENTITY_KEY: identityKey }, { identityKey }],
  ] as const) {
    const tag = await findLogged(canonical, options);
    assert.match(String(tag), /^[\w-]{10}$/);
    assert.deepEqual(await run(written, env), { code: 0, stdout: `${tag}\n`, stderr: '' });
  }
});

test('what is no identity, or has no lasting key, is told in one line with exit code 2', async () => {
  for (const [args, env, said] of [
    [['identity', 'tag', 'alice'], { OTP_SECRET_KEY: secretKey }, /ADDRESS must be/],
    [['identity', 'tag'], { OTP_SECRET_KEY: secretKey }, /ADDRESS must be/],
    [['identity', 'tag', 'alice@example.com'], {}, /OTP_SECRET_KEY is not set/],
    [['identity', 'bogus', 'alice@example.com'], { OTP_SECRET_KEY: secretKey }, /allowed: tag, status/],
    [['identity', 'tag', 'alice@example.com'], { OTP_DIGITS: '99' }, /OTP_DIGITS/],
  ] as const) {
    const { code, stdout, stderr } = await runCli([...args], env);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, said);
    assert.match(stderr, /^stateless-otp: .+\n$/);
    assert.doesNotMatch(stderr, /alice@/);
  }
});
