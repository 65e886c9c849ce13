import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNextHandlers } from '../../src/adapters/next.js';
import { createTestOtp } from '../helpers/otp.js';

describe('next', () => {
  const ask = (path: string, init: RequestInit = {}) => new Request(`https://app.example.com${path}`, init);
  const asking = (person: string, address = '198.51.100.7') => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Real-IP': address },
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

  test('the address that the app names counts; without one all callers share a limit', async () => {
    for (const [remoteAddress, expected] of [
      [(request: Request) => request.headers.get('X-Real-IP'), [200, 429, 200]],
      [undefined, [200, 429, 429]],
    ] as const) {
      const { otp } = createTestOtp({ requestIpMax: 1 });
      const { POST } = createNextHandlers(otp.handler, { remoteAddress });
      const statuses: number[] = [];
      for (const [person, address] of [
        ['alice', '198.51.100.7'],
        ['bob', '198.51.100.7'],
        ['carol', '198.51.100.8'],
      ] as const) {
        statuses.push((await POST(ask('/api/v1/otp/request', asking(person, address)))).status);
      }
      assert.deepEqual(statuses, expected);
    }
  });

  test('a prefix that is not a path is refused', () => {
    const { otp } = createTestOtp();
    for (const prefix of ['auth', '/auth/', '/auth?x']) {
      assert.throws(
        () => createNextHandlers(otp.handler, { prefix }),
        /prefix must be a path such as \/auth/,
      );
    }
  });
});
