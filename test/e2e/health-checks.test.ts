import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { hosts } from '../helpers/hosts.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';

function ask(port: number, head: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}\r\n\r\n`));
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
  });
}

for (const corsOrigins of [[], ['https://pages.example.com']]) {
  for (const name of ['node', 'express', 'fastify']) {
    test(`${name}: health checks by HTTP/1.0 without a Host are answered, ${corsOrigins.length} origins allowed`, async (t) => {
      const { otp } = createTestOtp({ corsOrigins });
      const host = await (hosts[name]?.(otp, { prefix: '' }) ?? listen(createNodeListener(otp.handler)));
      t.after(() => host.close());
      const port = Number(new URL(host.url).port);
      for (const method of ['GET', 'HEAD']) {
        for (const path of ['/readyz', '/livez', '/readyz?x', '/docs', '/openapi.json', '/sign-in']) {
          const answer = await ask(port, `${method} ${path} HTTP/1.0`);
          assert.match(answer, /^HTTP\/1\.1 200/, `${method} ${path}`);
          assert.equal(answer.endsWith('\r\n\r\n'), method === 'HEAD', `${method} ${path}`);
          if (corsOrigins.length > 0) assert.match(answer, /^vary: .*origin/im, `${method} ${path}`);
        }
      }
    });
  }
}
