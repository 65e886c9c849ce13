import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashApiKey } from '../../src/http/api-keys.js';
import type { OtpOptions } from '../../src/index.js';
import { createTestOtp } from '../helpers/otp.js';

interface Operation {
  security?: Record<string, string[]>[];
}
interface Document {
  components: { securitySchemes: Record<string, { in?: string; name?: string }> };
  paths: Record<string, Record<string, Operation>>;
}

const clients = { introspectClients: [{ name: 'api', hash: hashApiKey('s1') }] };
const keys = { apiKeyHashes: [hashApiKey('k1')] };

/** The document of a service, and a way to call its routes without any credential. */
async function open(options: Partial<OtpOptions>) {
  const { otp } = createTestOtp({ ...clients, ...options });
  const call = (path: string, method = 'get', headers = {}) =>
    otp.handler(new Request(`http://localhost${path}`, { method: method.toUpperCase(), headers }));
  const document = (await (await call('/openapi.json')).json()) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [{}] }]) => ({
      path,
      method,
      /** Any one of these lets a caller in; `undefined` when nothing is needed. */
      schemes: security.map((scheme) => Object.keys(scheme)[0]),
    })),
  );
  return { call, document, operations };
}

test('without a credential exactly the routes answer that the document calls open', async () => {
  for (const options of [{}, keys]) {
    const { call, operations } = await open(options);
    const refused: string[] = [];
    const marked: string[] = [];
    for (const { path, method, schemes } of operations) {
      if ((await call(path, method)).status === 401) refused.push(`${method} ${path}`);
      if (!schemes.includes(undefined)) marked.push(`${method} ${path}`);
    }
    assert.deepEqual(refused, marked);
    assert.ok(marked.length >= 4);
  }
});

test('exactly the routes that the document marks with X-API-Key want one, where keys are configured', async () => {
  const { call, document, operations } = await open(keys);
  assert.deepEqual(document.components.securitySchemes['api-key'], {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
  });
  for (const { path, method, schemes } of operations) {
    const response = await call(path, method);
    const asksForKey = response.headers.get('WWW-Authenticate')?.startsWith('ApiKey ') ?? false;
    assert.equal(asksForKey, schemes.includes('api-key'), `${method} ${path}`);
    if (asksForKey) assert.equal((await call(path, method, { 'X-API-Key': 'k1' })).status, 400);
  }
});

test('the document names the cookie that the gate reads, by whatever domain and namespace', async () => {
  for (const [options, name] of [
    [{}, '__Host-otp_session'],
    [{ unsafeInsecureCookies: true }, 'otp_session'],
    [{ cookieDomain: 'example.com', publicUrl: 'https://auth.example.com' }, '__Secure-otp_session'],
  ] as const) {
    const { document } = await open(options);
    assert.equal(document.components.securitySchemes.session?.name, name);
  }
});
