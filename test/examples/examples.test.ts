import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OTPClient } from '../../sdk/javascript/src/index.js';
import { launchBrowser } from '../helpers/browser.js';
import { makeWrong } from '../helpers/otp.js';
import { root, startProcess } from '../helpers/process.js';

const identity = 'alice@example.com';

type Ask = (url: string, init?: RequestInit) => Promise<Response>;

/** From nothing to the guarded route, with the code from the development inbox. */
async function walk(url: string, ask: Ask, guarded: string) {
  const me = (token?: string) =>
    ask(`${url}${guarded}`, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
  const refused = await me();
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('WWW-Authenticate') ?? '', /^Bearer/);

  const client = new OTPClient({ baseUrl: `${url}/api/v1`, fetch: ask });
  await client.requestOTP(identity);
  const code = await readCode(url, ask);
  const { accessToken } = await client.verifyOTP(identity, code);
  const opened = await me(accessToken);
  assert.deepEqual([opened.status, await opened.json()], [200, { identity }]);
  assert.equal((await me(`${accessToken}x`)).status, 401);
}

async function readCode(url: string, ask: Ask): Promise<string> {
  const inbox = await ask(`${url}/dev/inbox.json?identity=${encodeURIComponent(identity)}`);
  const { messages } = (await inbox.json()) as { messages: { code: string }[] };
  return messages[0]?.code ?? '';
}

/** Starts an example as its page says, on a free port. */
async function startExample(name: string) {
  const running = startProcess(process.execPath, [join(root, 'examples', name, 'server.js')], { PORT: '0' });
  const [, port] = await running.waitFor(/Listening[\s\S]*port: (\d+)/);
  return { url: `http://127.0.0.1:${port}`, stop: () => running.stop('SIGKILL') };
}

const servers = ['node', 'express', 'fastify', 'hono', 'browser'];

test('every example that is a program is exercised here', () => {
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    // Those for reverse proxies are configurations, which have tests of their own.
    .filter((name) => ['server.js', 'app'].some((file) => existsSync(join(root, 'examples', name, file))));
  assert.deepEqual(folders.sort(), [...servers, 'next'].sort());
});

describe('the example opens its guarded route to a code from its inbox', () => {
  for (const name of servers) {
    test(name, async (t) => {
      const { url, stop } = await startExample(name);
      t.after(stop);
      await walk(url, fetch, '/me');
    });
  }

  test('next', async () => {
    type Route = Record<string, ((request: Request) => Promise<Response>) | undefined>;
    const load = (file: string): Promise<Route> => import(join(root, 'examples/next/app', file));
    // Where Next would look for them, by the path of a request.
    const routes = {
      '/api/v1/': await load('api/v1/[...path]/route.ts'),
      '/api/me': await load('api/me/route.ts'),
      '/dev/': await load('dev/[...path]/route.ts'),
    };
    const ask: Ask = async (url, init) => {
      const request = new Request(url, init);
      const { pathname } = new URL(url);
      const [, route] = Object.entries(routes).find(([path]) => pathname.startsWith(path)) ?? [];
      const handle = route?.[request.method];
      return handle ? handle(request) : new Response(null, { status: 404 });
    };
    await walk('http://localhost:3000', ask, '/api/me');
  });
});

test('the client of the node example signs in at the terminal', async (t) => {
  const { url, stop } = await startExample('node');
  t.after(stop);
  const child = spawn(process.execPath, [join(root, 'examples/node/sign-in.js')], {
    env: { ...process.env, OTP_URL: `${url}/api/v1` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.endsWith('Code: ')) child.stdin.end(`${await readCode(url, fetch)}\n`);
  }
  assert.match(output, /^Code: .*Signed in as alice@example\.com\n$/s);
});

test('the page of the browser example signs a person in, and says what is wrong with a code', async (t) => {
  const { url, stop } = await startExample('browser');
  t.after(stop);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(url);
  const says = (text: string) => page.waitForSelector(`#status:has-text("${text}")`);

  await page.fill('[name=identity]', identity);
  await page.click('text=Send me a code');
  await says('A code of 6 digits is on its way.');
  const code = await readCode(url, fetch);
  await page.fill('[name=otp]', makeWrong(code));
  await page.click('#verify button');
  await says('That is not the code. 4 attempts are left.');
  await page.fill('[name=otp]', code);
  await page.click('#verify button');
  await says(`Signed in as ${identity}.`);
  assert.deepEqual(complaints, []);
});
