import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { productionSecrets } from '../helpers/otp.js';
import { startService } from '../helpers/process.js';
import { createSiteTokens } from '../helpers/proxied-site.js';
import { exchange } from '../helpers/raw-http.js';
import { grant } from '../helpers/tokens.js';

const tokens = createSiteTokens();
const paths = { '/authz/auth-request': [200, 401, 403], '/authz/forward-auth': [200, 302, 401, 403] };

/** What a proxy may pass on of a client: any name, and any bytes that a value may hold (RFC 9110 §5.5). */
const names = fc.oneof(
  fc.constantFrom(
    ...['Accept', 'Authorization', 'Cookie', 'Cookie', 'Forwarded', 'Origin', 'Range', 'Referer', 'Upgrade'],
    ...['X-Forwarded-For', 'X-Forwarded-Method', 'X-Forwarded-Proto', 'X-Forwarded-Uri', 'X-Forwarded-Host'],
    ...[
      'Remote-User',
      'Remote-Groups',
      'remote-x',
      'Sec-Fetch-Site',
      'X-API-Key',
      'If-None-Match',
      'TE',
      '__proto__',
    ],
  ),
  fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
);
const values = (token: string) =>
  fc.oneof(
    fc.constantFrom(
      `Bearer ${token}`,
      `__Host-otp_session=${token}`,
      `Bearer  ${token}`,
      'Bearer',
      'text/html',
      '*/*',
    ),
    fc.constantFrom(
      '//evil.example/',
      '/a?b=%0d%0a',
      ',,,',
      'unknown',
      '[::1]:1',
      ';=;=',
      '"',
      '%',
      'a'.repeat(9000),
    ),
    fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
    }),
  );

describe('the gate', () => {
  let service: Awaited<ReturnType<typeof startService>>;
  before(async () => {
    service = await startService({
      NODE_ENV: 'production',
      ...productionSecrets,
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
      GATE_ALLOW: '@example.com',
    });
  });
  after(() => service?.stop());

  const ask = async (
    path: string,
    headers: readonly (readonly [string, string])[],
    host = 'Host: a.example\r\n',
  ) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const bytes = `GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n${lines}\r\n`;
    return exchange(Number(new URL(service.url).port), bytes);
  };

  // Attack: make the gate answer with something that a proxy takes for a yes, or for a fault of its own.
  test('answers a well-formed request as it says, whatever is in it', async () => {
    const { accessToken } = await tokens.issue(grant);
    const headers = fc.array(fc.tuple(names, values(accessToken)), { maxLength: 8 });
    for (const [path, expected] of Object.entries(paths)) {
      await fc.assert(
        fc.asyncProperty(
          headers,
          fc.constantFrom('', '?', '?rd=//evil.example', '?x=%ff'),
          async (all, query) => {
            const [answer, ...others] = await ask(path + query, all);
            assert.deepEqual(others, []);
            assert.ok(expected.includes(answer?.status ?? 0), String(answer?.status));
            if (answer?.status === 200) assert.equal(answer.headers['remote-user'], 'alice@example.com');
            else assert.equal(answer?.headers['remote-user'], undefined);
          },
        ),
        { seed: 20261126, numRuns: 100 },
      );
    }
  });

  test('answers an expectation that it does not know with 417', async () => {
    for (const path of Object.keys(paths)) {
      assert.equal((await ask(path, [['Expect', 'the unexpected']]))[0]?.status, 417);
    }
  });

  // Attack: break the framing, or name two hosts, so that proxy and service read different requests.
  test('answers a malformed request with 400', async () => {
    for (const path of Object.keys(paths)) {
      for (const host of ['', 'Host: a b\r\n', 'Host: a\r\nHost: b\r\n', 'Host: a/b\r\n']) {
        assert.equal((await ask(path, [], host))[0]?.status, 400, host);
      }
      for (const header of [
        ['A b', 'c'],
        ['Transfer-Encoding', 'gzip'],
        ['Content-Length', 'x'],
      ] as const) {
        assert.equal((await ask(path, [header]))[0]?.status, 400, header[0]);
      }
    }
  });
});
