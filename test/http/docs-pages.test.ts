import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { createTestOtp, productionSecrets } from '../helpers/otp.js';

const paths = [
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
];

test('without documentation its pages are not there, and the API is', async () => {
  const { otp } = createTestOtp({ docs: 'off' });
  const ask = (path: string, method = 'GET') =>
    otp.handler(new Request(`http://localhost${path}`, { method }));
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST']) assert.equal((await ask(path, method)).status, 404, path);
    assert.equal((await ask(`${path}/`)).status, 404);
  }
  assert.equal((await ask('/readyz')).status, 200);
  const nothing = await ask('/docs');
  assert.doesNotMatch(await nothing.text(), /\/docs/, 'it is not recommended either');
});

test('the example of each request is accepted as it is, but for the code', async () => {
  const { otp, inbox } = createTestOtp();
  const post = async (path: string, body: object) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await otp.handler(
      new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
    return answer.status;
  };
  const answer = await otp.handler(new Request('http://localhost/openapi.json'));
  const {
    components,
    tags,
    paths: described,
  } = (await answer.json()) as {
    components: { schemas: Record<string, { example: object }> };
    tags: { name: string }[];
    paths: Record<string, Record<string, { tags: string[] }>>;
  };
  const exampleOf = (name: string) => components.schemas[name]?.example ?? {};
  assert.equal(await post('/api/v1/otp/request', exampleOf('OtpRequest')), 200);
  assert.equal(await post('/api/v1/otp/verify', exampleOf('OtpVerify')), 401);
  assert.equal(await post('/api/v1/otp/verify', { ...exampleOf('OtpVerify'), otp: inbox.lastCode() }), 200);

  const used = Object.values(described).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags));
  const names = tags.map(({ name }) => name);
  assert.ok(used.every((name) => names.includes(name)));
});

test('the service serves it in development, and in production only when told to', () => {
  const production = { NODE_ENV: 'production', ...productionSecrets, OTP_ALLOW_CONSOLE_DELIVERY: 'true' };
  for (const [settings, expected] of [
    [{}, 'on'],
    [{ DOCS: 'off' }, 'off'],
    [{ NODE_ENV: 'test' }, 'on'],
    [production, 'off'],
    [{ ...production, DOCS: 'on' }, 'on'],
    [{ ...production, NODE_ENV: 'staging' }, 'off'],
  ] as const) {
    const { config, problems } = loadConfig(settings);
    assert.deepEqual([problems, config?.DOCS], [[], expected]);
  }
  assert.match(loadConfig({ DOCS: 'true' }).problems.join(), /^DOCS: given "true", allowed: `?on/);
});
