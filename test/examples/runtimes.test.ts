import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { OTPClient, OTPError } from '../../sdk/javascript/src/index.js';
import { type HttpStub, startHttpStub } from '../helpers/http-stub.js';
import { productionSecrets } from '../helpers/otp.js';
import { createPageClient, type PageClient } from '../helpers/page-client.js';
import { root } from '../helpers/process.js';
import { createProject, type RuntimeName, startFile, startWorker } from '../helpers/runtimes.js';
import { until } from '../helpers/until.js';

const identity = 'alice@example.com';

type Ask = (url: string, init?: RequestInit) => Promise<Response>;

const receiver: HttpStub = await startHttpStub({ status: 204 });
const settings = {
  ...productionSecrets,
  WEBHOOK_URL: `${receiver.url}/mail`,
  WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=',
};
const readCode = (): string => JSON.parse(receiver.received.at(-1)?.body ?? '{}').code;
const makeWrong = (code: string) => code.replace(/.$/, (last) => (last === '7' ? '8' : '7'));

/** From nothing to the guarded route, in spite of a wrong code, and once more on the page. */
async function walk(url: string, ask: Ask, guarded?: string) {
  const client = new OTPClient({ baseUrl: `${url}/api/v1`, fetch: ask });
  const { challenge } = await client.requestOTP(identity, { bind: true });
  const code = readCode();
  await assert.rejects(
    client.verifyOTP(identity, makeWrong(code), { challenge }),
    (error) => error instanceof OTPError && error.code === 'invalid_code',
  );
  const { accessToken } = await client.verifyOTP(identity, code, { challenge });
  if (guarded !== undefined) {
    const me = (token: string) => ask(url + guarded, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal((await me('x')).status, 401);
    const opened = await me(accessToken);
    assert.deepEqual([opened.status, await opened.json()], [200, { identity }]);
  }
  const browser: PageClient = createPageClient(({ method, headers, url: at, body }) => {
    const { pathname, search } = new URL(at);
    const init = { method, headers, redirect: 'manual' as const };
    return ask(`${url}${pathname}${search}`, body ? { ...init, body, duplex: 'half' } : init);
  });
  const asked = await browser.submit(await browser.get('/sign-in'), '/sign-in', { identity });
  const signedIn = await browser.submit(asked, '/sign-in/code', { otp: readCode() });
  assert.match(signedIn.text, /action="[^"]*sign-out"/);
}

describe('the example takes a person from a request to a guarded route', () => {
  for (const [runtime, name] of [
    ['Bun', 'bun'],
    ['Deno', 'deno'],
  ] satisfies [RuntimeName, string][]) {
    test(name, async () => {
      const project = createProject();
      copyFileSync(join(root, 'examples', name, 'main.js'), join(project, 'main.js'));
      const { output } = startFile(runtime, project, 'main.js', { ...settings, PORT: '0' });
      const find = () => /Listening on (http:\/\/[^\s/]+)/.exec(output.stdout + output.stderr);
      await until(`${name} listens`, () => find() !== null);
      await walk(find()?.[1] ?? '', fetch, '/me');
    });
  }

  test('cloudflare', async () => {
    const { url } = await startWorker('examples/cloudflare/worker.js', settings);
    await walk(url, fetch, '/me');
  });

  describe('lambda', () => {
    let handle: (event: object) => Promise<{
      statusCode: number;
      headers: Record<string, string>;
      cookies: string[];
      body: string;
    }>;
    before(async () => {
      Object.assign(process.env, settings);
      ({ handler: handle } = await import(join(root, 'examples/lambda/handler.js')));
    });

    /** As a function URL calls it, and an HTTP API with payload format 2.0. */
    const ask: Ask = async (url, init) => {
      const request = new Request(url, init);
      const { pathname, search, hostname } = new URL(url);
      const { cookie, ...headers } = Object.fromEntries(request.headers);
      const body = await request.text();
      const answer = await handle({
        version: '2.0',
        routeKey: '$default',
        rawPath: pathname,
        rawQueryString: search.slice(1),
        ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
        headers: {
          ...headers,
          host: hostname,
          'x-forwarded-for': '203.0.113.7',
          'x-forwarded-port': '443',
          'x-forwarded-proto': 'https',
          'x-amzn-trace-id': 'Root=1-6565a0f1-0123456789abcdef01234567',
        },
        requestContext: {
          accountId: 'anonymous',
          apiId: 'abcdefghij',
          domainName: hostname,
          domainPrefix: 'abcdefghij',
          http: {
            method: request.method,
            path: pathname,
            protocol: 'HTTP/1.1',
            sourceIp: '203.0.113.7',
            userAgent: 'test',
          },
          requestId: '0a1b2c3d-0000-4000-8000-000000000000',
          routeKey: '$default',
          stage: '$default',
          time: '27/Nov/2026:00:00:00 +0000',
          timeEpoch: 1_795_737_600_000,
        },
        ...(body === '' ? {} : { body: Buffer.from(body).toString('base64') }),
        isBase64Encoded: body !== '',
      });
      const lines = new Headers(answer.headers);
      for (const line of answer.cookies) lines.append('set-cookie', line);
      const bytes = Buffer.from(answer.body, 'base64');
      return new Response(bytes.length > 0 ? bytes : null, { status: answer.statusCode, headers: lines });
    };

    test('by the events of a function URL', () =>
      walk('https://abcdefghij.lambda-url.eu-central-1.on.aws', ask));
  });
});
