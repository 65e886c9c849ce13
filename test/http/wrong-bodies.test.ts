import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createTestOtp, post } from '../helpers/otp.js';

const { otp } = createTestOtp({ purposes: ['sign-in', 'pay'], requestIpMax: 0, verifyIpMax: 0 });
const request = '/api/v1/otp/request';
const verify = '/api/v1/otp/verify';
const alice = { identity: 'alice@example.com' };

const cases: [path: string, body: unknown, detail: string][] = [
  [request, [], 'The body must be a JSON object'],
  [request, 'null', 'The body must be a JSON object'],
  [request, '"x"', 'The body must be a JSON object'],
  [request, '{', 'The body must be JSON in UTF-8'],
  [request, {}, 'identity: is required'],
  [request, { identity: null }, 'identity: must be a string'],
  [request, { identity: 7 }, 'identity: must be a string'],
  [request, { identity: '' }, 'identity: must not be empty'],
  [request, { identity: 'a'.repeat(321) }, 'identity: must be at most 320 characters'],
  [request, { ...alice, bind: 'yes' }, 'bind: must be true or false'],
  [request, { ...alice, locale: 7 }, 'locale: must be a string'],
  [request, { ...alice, purpose: 'x' }, 'purpose: must be one of sign-in, pay'],
  [request, { ...alice, channel: 7 }, 'channel: must be one of email, sms, whatsapp, voice, custom'],
  [request, { ...alice, challenge: 'x' }, 'challenge: must be 22 to 512 characters of base64url'],
  [request, { ...alice, colour: 'red', size: 1 }, 'Unknown key: colour, size'],
  [verify, alice, 'otp: is required'],
  [verify, { ...alice, otp: 123456 }, 'otp: must be a string'],
  [verify, { ...alice, otp: '' }, 'otp: must not be empty'],
  ['/api/v1/token/verify', { token: '' }, 'token: must not be empty'],
];

test('what is wrong with a body is said in one plain line', async () => {
  for (const [path, body, detail] of cases) {
    const answer = await post(otp.handler, path, body);
    assert.deepEqual([answer.status, answer.body.detail], [400, detail]);
  }
});

test('no word of the schema library reaches the wire, whatever the members hold', async () => {
  const member = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
  const names = fc.constantFrom('identity', 'otp', 'channel', 'purpose', 'bind', 'challenge', 'locale', 'x');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(request, verify), fc.dictionary(names, member), async (path, body) => {
      const { status, body: answer } = await post(otp.handler, path, body);
      if (status !== 400) return;
      assert.doesNotMatch(
        answer.detail,
        /expected|received|invalid (input|option)|too (small|big)|[<>]=|undefined/i,
      );
      assert.doesNotMatch(answer.detail, /\n/);
    }),
    { seed: 13, numRuns: 300 },
  );
});

test('a compressed body is refused by a status of its own, whatever compressed it', async () => {
  const codings: [coding: string, compress: (text: string) => Buffer][] = [
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['identity, gzip', gzipSync],
    // Its magic number; Node 20 cannot make one.
    ['zstd', (text) => Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.from(text)])],
  ];
  const bodies: [path: string, type: string, text: string][] = [
    [request, 'application/json', JSON.stringify(alice)],
    [verify, 'application/json', JSON.stringify({ ...alice, otp: '123456' })],
    ['/oauth/revoke', 'application/x-www-form-urlencoded', 'token=x'],
  ];
  for (const [coding, compress] of codings) {
    for (const [path, type, text] of bodies) {
      const headers = { 'Content-Type': type, 'Content-Encoding': coding };
      const init = { method: 'POST', headers, body: new Uint8Array(compress(text)) };
      const answer = await otp.handler(new Request(`http://localhost${path}`, init));
      const { status, code, detail } = (await answer.json()) as Record<string, unknown>;
      assert.deepEqual([answer.status, status, code], [415, 415, 'invalid_request'], coding);
      assert.equal(detail, 'The body must not be compressed: send it without Content-Encoding');
      assert.equal(answer.headers.get('Accept-Encoding'), 'identity');
    }
  }
});

test('a body that is not compressed is read, whatever its Content-Encoding says', async () => {
  for (const coding of ['identity', 'Identity', '', 'gzip']) {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': coding };
    const init = { method: 'POST', headers, body: JSON.stringify({ token: 'x' }) };
    const answer = await otp.handler(new Request('http://localhost/api/v1/token/verify', init));
    assert.equal(answer.status, 200, coding);
  }
});
