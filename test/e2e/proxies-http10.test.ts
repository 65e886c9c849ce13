import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import { startNginx } from '../helpers/nginx.js';
import { createSiteTokens, useSite } from '../helpers/proxied-site.js';
import { certificate, proxies, site } from '../helpers/proxies.js';
import { grant } from '../helpers/tokens.js';

const tokens = createSiteTokens();
const running = useSite();

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
    `location / { proxy_pass ${running.service.url}; proxy_http_version 1.0; }`,
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
      const proxy = await start(running.behind);
      t.after(() => proxy.stop());
      const send = (...lines: string[]) => sendOverTls(proxy.port, lines);
      for (const method of ['GET', 'HEAD']) {
        const line = `${method} /a HTTP/1.0`;
        const already = running.app.received.length;
        assert.match(await send(line, `Host: ${site}`), /^HTTP\/1\.[01] 401 /);
        assert.match(await send(line, `Host: ${site}`, 'Accept: text/html'), /^HTTP\/1\.[01] 302 /);
        assert.equal(running.app.received.length, already);
        const { accessToken } = await tokens.issue(grant);
        const answer = await send(line, `Host: ${site}`, `Authorization: Bearer ${accessToken}`);
        assert.match(answer, /^HTTP\/1\.[01] 200 /);
        assert.equal(running.app.received.at(-1)?.headers['remote-user'], grant.identity);
      }
      assert.match(await send('GET /sign-in HTTP/1.0', `Host: ${site}`), /^HTTP\/1\.[01] 200 /);
    });
  });
}
