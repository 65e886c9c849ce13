import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { productionSecrets } from '../helpers/otp.js';
import { startService } from '../helpers/process.js';
import { exchange } from '../helpers/raw-http.js';

const production = {
  NODE_ENV: 'production',
  ...productionSecrets,
  OTP_ALLOW_CONSOLE_DELIVERY: 'true',
};
const webhook = { WEBHOOK_URL: 'https://hooks.example.com/', WEBHOOK_SECRET: 'x'.repeat(40) };
/** What browsers send when someone types an address. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const development = await startService();
after(() => development.stop());

/** Asks for a target as it is; `fetch` would follow redirects and fix what it sends. */
async function get(url: string, path: string, { method = 'GET', headers = { accept } as object } = {}) {
  const { hostname, port } = new URL(url);
  const [answer] = await once(
    request({ hostname, port, path, method, headers: { ...headers } }).end(),
    'response',
  );
  let body = '';
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode as number, headers: answer.headers, body };
}

test('in development a browser gets a page whose links all work', async () => {
  for (const path of ['/', '/?utm_source=terminal']) {
    const { status, headers, body } = await get(development.url, path);
    assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(body, /<script/);
    const links = [...body.matchAll(/href="\.(\/[^"]*)"/g)].map(([, link]) => link ?? '');
    assert.deepEqual(links, ['/sign-in', '/docs', '/dev/inbox', '/readyz']);
    for (const link of links) assert.equal((await get(development.url, link)).status, 200, link);
  }
});

test('HEAD is answered as GET is, without the page', async () => {
  const { status, headers, body } = await get(development.url, '/', { method: 'HEAD' });
  assert.deepEqual([status, headers['content-type'], body], [200, 'text/html; charset=utf-8', '']);
});

test('programs, other methods and other paths get the problem', async () => {
  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    const { status, headers: answered, body } = await get(development.url, '/', { headers });
    assert.deepEqual([status, JSON.parse(body).code], [404, 'not_found']);
    assert.equal(answered['content-type'], 'application/problem+json');
  }
  for (const [method, path] of [
    ['POST', '/'],
    ['GET', '/index.html'],
    ['GET', '//'],
  ] as const) {
    assert.equal((await get(development.url, path, { method })).status, 404, `${method} ${path}`);
  }
});

test('a health check that asks for OPTIONS at the root, without a host, is answered', async () => {
  const { port } = new URL(development.url);
  for (const head of ['OPTIONS / HTTP/1.0', 'OPTIONS / HTTP/1.1\r\nHost: a\r\nConnection: close']) {
    assert.deepEqual(
      (await exchange(Number(port), `${head}\r\n\r\n`)).map(({ status }) => status),
      [204],
    );
  }
});

test('the page links to what is served and to nothing else', async () => {
  const { url, stop } = await startService({
    SIGN_IN_PAGE: 'false',
    DELIVERY_BACKEND: 'webhook',
    DOCS: 'off',
    ...webhook,
  });
  const { status, body } = await get(url, '/');
  await stop();
  assert.equal(status, 200);
  assert.deepEqual(
    [...body.matchAll(/href="\.(\/[^"]*)"/g)].map(([, link]) => link),
    ['/readyz'],
  );
});

test('in production a browser is sent to the sign-in page, and programs get the problem', async () => {
  const { url, stop } = await startService({ ...production, CORS_ORIGINS: 'https://pages.example.com' });
  const { status, headers } = await get(url, '/');
  const problem = await get(url, '/', { headers: {} });
  const health = await get(url, '/', { method: 'OPTIONS', headers: {} });
  const docs = [await get(url, '/docs'), await get(url, '/openapi.json')];
  await stop();
  assert.deepEqual([status, headers.location], [303, './sign-in']);
  assert.deepEqual(
    docs.map(({ status }) => status),
    [404, 404],
  );
  assert.match(String(headers.vary), /Accept/);
  assert.deepEqual([problem.status, health.status], [404, 204]);
});

test('in production without the sign-in page there is nothing', async () => {
  const { url, stop } = await startService({ ...production, SIGN_IN_PAGE: 'false' });
  const { status, body } = await get(url, '/');
  await stop();
  assert.deepEqual([status, JSON.parse(body).code], [404, 'not_found']);
});

// With PUBLIC_URL the other lines say what people reach, which may be the application behind a gate.
test('the banner says where the service listens when PUBLIC_URL is another place', async () => {
  assert.doesNotMatch(development.output.stdout, /Listens/);
  const service = await startService({ PUBLIC_URL: 'http://otp.example.com' });
  await service.stop();
  assert.match(service.output.stdout, /^ {2}Listens {2}http:\/\/localhost:\d+$/m);
});
