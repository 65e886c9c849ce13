import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { startEchoApp } from '../helpers/echo-app.js';
import { startNginx } from '../helpers/nginx.js';
import { jwtSecret, secretKey } from '../helpers/otp.js';
import { startService } from '../helpers/process.js';
import { certificate, proxies, site } from '../helpers/proxies.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const origin = 'https://pages.example.com';
const { tokens } = createTestTokens({ clock: Date.now });

let service: Awaited<ReturnType<typeof startService>>;
let app: Awaited<ReturnType<typeof startEchoApp>>;

before(async () => {
  app = await startEchoApp();
  service = await startService({
    NODE_ENV: 'production',
    OTP_SECRET_KEY: secretKey,
    JWT_SECRET: jwtSecret,
    OTP_ALLOW_CONSOLE_DELIVERY: 'true',
    TRUSTED_PROXIES: 'loopback',
    CORS_ORIGINS: origin,
  });
});
after(async () => {
  await service?.stop();
  await app?.close();
});

/** Asks over the socket of a proxy. */
function askThrough(socketPath: string, method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method, path, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

/** Sends lines over TLS as they are, and returns all that comes back until the connection is closed. */
function sendOverTls(port: number, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: site, ca: certificate.cert }, () => {
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

test('health checks over HTTP/1.0 are answered', async (t) => {
  const { socketPath, stop } = await startNginx(
    `location / { proxy_pass ${service.url}; proxy_http_version 1.0; }`,
  );
  t.after(stop);
  for (const method of ['HEAD', 'GET']) {
    for (const path of ['/readyz', '/livez']) {
      assert.equal(await askThrough(socketPath, method, path), 200, `${method} ${path}`);
    }
  }
});

for (const [kind, start] of Object.entries(proxies)) {
  describe(`HTTP/1.0 behind ${kind}`, () => {
    test('is asked about as every other version is', async (t) => {
      const proxy = await start({ service: Number(new URL(service.url).port), app: app.port });
      t.after(() => proxy.stop());
      const send = (...lines: string[]) => sendOverTls(proxy.port, lines);
      for (const method of ['GET', 'HEAD']) {
        const line = `${method} /a HTTP/1.0`;
        const already = app.received.length;
        assert.match(await send(line, `Host: ${site}`), /^HTTP\/1\.[01] 401 /);
        assert.match(await send(line, `Host: ${site}`, 'Accept: text/html'), /^HTTP\/1\.[01] 302 /);
        assert.equal(app.received.length, already);
        const { accessToken } = await tokens.issue(grant);
        const answer = await send(line, `Host: ${site}`, `Authorization: Bearer ${accessToken}`);
        assert.match(answer, /^HTTP\/1\.[01] 200 /);
        assert.equal(app.received.at(-1)?.headers['remote-user'], grant.identity);
      }
      assert.match(await send('GET /sign-in HTTP/1.0', `Host: ${site}`), /^HTTP\/1\.[01] 200 /);
    });
  });
}
