import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpReply } from '../../src/http/reply.js';
import { processClock } from '../../src/monotonic-clock.js';
import { createOtpOn } from '../../src/otp.js';
import { listeners, type StartListener } from '../helpers/listeners.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';

const replies: HttpReply[] = [
  { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'Grüße, 世界' },
  { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"ascii":true}' },
  { status: 200, headers: { 'Set-Cookie': ['a=1; Path=/', 'b=2; Path=/'] }, body: 'two cookies' },
  { status: 303, headers: { Location: '/x?y=%20z', 'Set-Cookie': 'a=1' }, body: null },
  { status: 200, headers: { 'Content-Length': '3' }, body: new Uint8Array([0, 255, 10]) },
  { status: 204, headers: { Vary: 'Origin' }, body: null },
  { status: 304, headers: { ETag: '"x"' }, body: null },
  { status: 503, headers: { 'Retry-After': '1', 'WWW-Authenticate': 'OTP' }, body: '' },
];

for (const [name, start] of Object.entries<StartListener>(listeners)) {
  test(`${name}: a reply is sent whole, repeated headers and all`, async (t) => {
    let index = 0;
    const answer = () => replies[index] ?? assert.fail();
    const transports = [createInbox().transport];
    const otp = createOtpOn(processClock, { secretKey, jwtSecret, transports }, [
      { method: 'GET', path: '/reply', access: ['open'], answer },
    ]);
    const { port, close } = await start(otp);
    t.after(close);
    for (const method of ['GET', 'HEAD']) {
      for (index = 0; index < replies.length; index++) {
        const { status, headers, body } = answer();
        const got = await fetch(`http://127.0.0.1:${port}/reply`, { method, redirect: 'manual' });
        assert.equal(got.status, status);
        for (const [header, value] of Object.entries(headers)) {
          const sent = header === 'Set-Cookie' ? got.headers.getSetCookie() : got.headers.get(header);
          assert.deepEqual([sent].flat(), [value].flat(), header);
        }
        const bytes = Buffer.from(method === 'HEAD' ? '' : (body ?? ''));
        assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes);
      }
    }
  });
}
