import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';

// Attack: hang up between sending and answer, to break what others asked for in the same turn.
test('a caller who hangs up breaks no other request of the same turn', async (t) => {
  const { otp } = createTestOtp();
  const { url, close } = await listen(createNodeListener(otp.handler));
  t.after(close);
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ identity: 'mallory@example.com' });
  const text = `POST /api/v1/otp/request HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      if (i % 2 === 1) {
        return new Promise<number>((resolve) => {
          const socket = connect(Number(port), hostname, () =>
            socket.write(text, () => socket.resetAndDestroy()),
          );
          socket.on('error', () => {}).on('close', () => resolve(0));
        });
      }
      return fetch(`${url}/api/v1/otp/request`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ identity: `p${i}@example.com` }),
      }).then(({ status }) => status);
    }),
  );
  assert.deepEqual(
    answers,
    Array.from({ length: 40 }, (_, i) => (i % 2 === 1 ? 0 : 200)),
  );
});
