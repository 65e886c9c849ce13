import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { OTPClient } from '../../sdk/javascript/src/index.js';
import { requireToken as requireExpressToken } from '../../src/adapters/express.js';
import { requireToken as requireFastifyToken } from '../../src/adapters/fastify.js';
import { requireToken as requireHonoToken } from '../../src/adapters/hono.js';
import { createNodeListener } from '../../src/adapters/node.js';
import { type Otp, OtpError, type OtpOptions } from '../../src/index.js';
import { type HostOptions, hosts } from '../helpers/hosts.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';

for (const [name, startHost] of Object.entries(hosts)) {
  describe(name, () => {
    async function start(
      t: TestContext,
      options: Partial<HostOptions> = {},
      otpOptions: Partial<OtpOptions> = {},
    ) {
      const parts = createTestOtp(otpOptions);
      const { prefix = '' } = options;
      const host = await startHost(parts.otp, { ...options, prefix });
      t.after(() => host.close());
      const client = new OTPClient({ baseUrl: `${host.url}${prefix}/api/v1` });
      const post = (path: string, body: string, headers: Record<string, string> = {}) =>
        fetch(host.url + path, {
          method: 'POST',
          body,
          headers: { 'Content-Type': 'application/json', ...headers },
        });
      return { ...parts, client, url: host.url, post };
    }

    for (const prefix of ['', '/auth']) {
      test(`serves the API at ${prefix || 'the root'}, and opens a guarded route to its tokens`, async (t) => {
        const { client, inbox, url } = await start(t, { prefix });
        const me = async (headers = {}) => {
          const response = await fetch(`${url}/me`, { headers });
          return [response.status, await response.json(), response.headers.get('WWW-Authenticate')];
        };
        const [status, body, challenge] = await me();
        assert.deepEqual(
          [status, (body as { code: string }).code, challenge],
          [401, 'invalid_token', 'Bearer realm="stateless-otp"'],
        );
        await client.requestOTP('alice@example.com');
        const { accessToken } = await client.verifyOTP('alice@example.com', inbox.lastCode());
        assert.deepEqual(await me({ Authorization: `Bearer ${accessToken}` }), [
          200,
          { identity: 'alice@example.com' },
          null,
        ]);
        const refused = await me({ Authorization: 'Bearer a.b.c' });
        assert.deepEqual(
          [refused[0], refused[2]],
          [401, 'Bearer realm="stateless-otp", error="invalid_token"'],
        );
        assert.equal((await client.verifyBearer()).active, true);
      });
    }

    test('takes forms too: a token that is revoked by one opens nothing any more', async (t) => {
      const { client, inbox, post, url } = await start(t);
      await client.requestOTP('alice@example.com');
      const { accessToken } = await client.verifyOTP('alice@example.com', inbox.lastCode());
      const me = async () =>
        (await fetch(`${url}/me`, { headers: { Authorization: `Bearer ${accessToken}` } })).status;
      assert.equal(await me(), 200);
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
      assert.equal((await post('/oauth/revoke', 'token=a&token=b', form)).status, 400);
      assert.equal((await post('/oauth/revoke', `token=${accessToken}`, form)).status, 200);
      assert.equal(await me(), 401);
    });

    test('answers problems as they are, headers included', async (t) => {
      const { post } = await start(t, {}, { requestIdentityMax: 1 });
      await post('/api/v1/otp/request', '{"identity":"alice@example.com"}');
      const limited = await post('/api/v1/otp/request', '{"identity":"alice@example.com"}');
      assert.deepEqual(
        [limited.status, limited.headers.get('Content-Type'), limited.headers.get('Retry-After')],
        [429, 'application/problem+json', '600'],
      );
      assert.equal(limited.headers.get('Cache-Control'), 'no-store');
      assert.equal((await post('/api/v1/otp/request', '{"identity":"alice@example.com","x":1}')).status, 400);
      assert.equal((await post('/api/v1/otp/request', '')).status, 400);
      assert.equal((await post('/api/v1/otp/request', 'x', { 'Content-Type': 'text/html' })).status, 400);
    });

    test('refuses a body that is too long, and serves on', async (t) => {
      const { client, post } = await start(t);
      for (const size of [5000, 60_000]) {
        const response = await post('/api/v1/otp/request', `{"identity":"${'a'.repeat(size)}"}`);
        assert.equal(response.status, 400);
        assert.equal(((await response.json()) as { code: string }).code, 'invalid_request');
      }
      assert.equal((await client.requestOTP('alice@example.com')).channel, 'email');
    });

    test('leaves to the app what the API does not know, bodies included', async (t) => {
      const { post, url } = await start(t);
      const own = await post('/own', '{"kept":"whole"}');
      assert.deepEqual([own.status, await own.json()], [200, { kept: 'whole' }]);
      const missing = await fetch(`${url}/nowhere`);
      assert.equal(missing.status, 404);
      assert.notEqual(missing.headers.get('Content-Type'), 'application/problem+json');
    });

    test('tells a wrong method from a wrong path', async (t) => {
      const { url } = await start(t);
      const response = await fetch(`${url}/api/v1/otp/request`);
      assert.deepEqual([response.status, response.headers.get('Allow')], [405, 'POST']);
    });

    // Attack: one address asks for codes for many identities.
    test('counts by the address of the caller, which no header of his changes', async (t) => {
      const { post } = await start(t, {}, { requestIpMax: 2 });
      const statuses: number[] = [];
      for (const person of [1, 2, 3]) {
        const forged = { 'X-Forwarded-For': `198.51.100.${person}` };
        const response = await post(
          '/api/v1/otp/request',
          `{"identity":"person${person}@example.com"}`,
          forged,
        );
        statuses.push(response.status);
      }
      assert.deepEqual(statuses, [200, 200, 429]);
    });

    test('lets only tokens of its purposes through', async (t) => {
      const { obtain, otp, url } = await start(t, { purposes: ['pay'] }, { purposes: ['sign-in', 'pay'] });
      const statuses: number[] = [];
      for (const purpose of ['sign-in', 'pay']) {
        const code = await obtain('alice@example.com', { purpose });
        const result = await otp.verify('alice@example.com', code, { purpose });
        assert.equal(result.status, 'valid');
        const token = result.status === 'valid' ? result.accessToken : '';
        const response = await fetch(`${url}/me`, { headers: { Authorization: `Bearer ${token}` } });
        statuses.push(response.status);
      }
      assert.deepEqual(statuses, [401, 200]);
    });

    test('answers 503 at the guard while nobody can say whether a token is revoked', async (t) => {
      const broken = createTestOtp().otp;
      broken.verifyToken = async () => {
        throw new OtpError('store_unavailable', 'The store is unavailable');
      };
      const host = await startHost(broken, { prefix: '' });
      t.after(() => host.close());
      const response = await fetch(`${host.url}/me`, { headers: { Authorization: 'Bearer a.b.c' } });
      assert.deepEqual([response.status, response.headers.get('Retry-After')], [503, '1']);
    });

    test('refuses a malformed Host header, and serves on', async (t) => {
      const { client, url } = await start(t);
      const status = await new Promise((resolve, reject) => {
        httpRequest(`${url}/livez`, { headers: { Host: 'a b' } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      assert.equal(status, 400);
      assert.equal((await client.requestOTP('alice@example.com')).channel, 'email');
    });
  });
}

for (const name of ['express', 'fastify']) {
  test(`${name}: behind a proxy that it trusts, the people there are counted one by one`, async (t) => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (_: unknown, message: string) => warnings.push(message), error() {} };
    const { otp } = createTestOtp({ requestIpMax: 1, logger });
    const host = await hosts[name]?.(otp, { prefix: '', trustsProxy: true });
    assert.ok(host);
    t.after(() => host.close());
    const statuses: number[] = [];
    for (const [person, address] of ['198.51.100.1', '198.51.100.2', '198.51.100.1'].entries()) {
      const response = await fetch(`${host.url}/api/v1/otp/request`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
        body: JSON.stringify({ identity: `person${person}@example.com` }),
      });
      statuses.push(response.status);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.deepEqual(warnings, []);
  });
}

test('a guard without an Otp or without purposes is refused when it is made', () => {
  const { otp } = createTestOtp();
  for (const require of [requireExpressToken, requireFastifyToken, requireHonoToken]) {
    assert.throws(() => require(undefined as unknown as Otp), /needs what createOtp returned/);
    assert.throws(() => require(otp, { purposes: [] }), /at least one name/);
  }
});

test('the listener of node:http serves the API', async (t) => {
  const { otp, inbox } = createTestOtp();
  const server = await listen(createNodeListener(otp.handler));
  t.after(() => server.close());
  const client = new OTPClient({ baseUrl: `${server.url}/api/v1` });
  await client.requestOTP('alice@example.com');
  assert.equal((await client.verifyOTP('alice@example.com', inbox.lastCode())).tokenType, 'bearer');
});
