import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNextHandlers } from '../../src/adapters/next.js';
import { createTestOtp } from '../helpers/otp.js';

describe('next', () => {
  const ask = (path: string, init: RequestInit = {}) => new Request(`https://app.example.com${path}`, init);
  const asking = (person: string) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Real-IP': '198.51.100.7' },
    body: JSON.stringify({ identity: `${person}@example.com` }),
  });

  test('route handlers serve the API, also under a prefix', async () => {
    for (const prefix of ['', '/auth']) {
      const { otp } = createTestOtp();
      const { GET, POST } = createNextHandlers(otp.handler, { prefix });
      assert.equal((await POST(ask(`${prefix}/api/v1/otp/request`, asking('alice')))).status, 200);
      assert.equal((await GET(ask(`${prefix}/api/v1/token/verify`))).status, 401);
      assert.equal((await GET(ask('/elsewhere'))).status, 404);
    }
  });

  test('pages of another origin get their preflight answered', async () => {
    const { otp } = createTestOtp({ corsOrigins: ['https://pages.example.com'] });
    const { OPTIONS } = createNextHandlers(otp.handler);
    const headers = { Origin: 'https://pages.example.com', 'Access-Control-Request-Method': 'POST' };
    const response = await OPTIONS(ask('/api/v1/otp/request', { method: 'OPTIONS', headers }));
    assert.equal(response.headers.get('Access-Control-Allow-Origin'), 'https://pages.example.com');
  });

  test('the address counts that the app names, and without one none', async () => {
    for (const [remoteAddress, expected] of [
      [(request: Request) => request.headers.get('X-Real-IP') ?? undefined, 429],
      [undefined, 200],
    ] as const) {
      const { otp } = createTestOtp({ requestIpMax: 1 });
      const { POST } = createNextHandlers(otp.handler, { remoteAddress });
      assert.equal((await POST(ask('/api/v1/otp/request', asking('alice')))).status, 200);
      assert.equal((await POST(ask('/api/v1/otp/request', asking('bob')))).status, expected);
    }
  });

  test('a prefix that is no path is refused', () => {
    const { otp } = createTestOtp();
    for (const prefix of ['auth', '/auth/', '/auth?x']) {
      assert.throws(
        () => createNextHandlers(otp.handler, { prefix }),
        /prefix must be a path such as \/auth/,
      );
    }
  });
});
