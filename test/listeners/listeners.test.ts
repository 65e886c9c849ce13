import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hashApiKey } from '../../src/http/api-keys.js';
import type { OtpOptions } from '../../src/index.js';
import { type ListenerName, listeners, type StartListener } from '../helpers/listeners.js';
import { createTestOtp } from '../helpers/otp.js';
import { exchange, type RawAnswer } from '../helpers/raw-http.js';
import { cases } from './cases.js';
import type { Case, Expected } from './requests.js';

const apiKey = 'a-key-of-the-tests';
const options: Partial<OtpOptions> = {
  gateAllow: ['@example.com'],
  introspectClients: [{ name: 'api', hash: hashApiKey('s1') }],
};

async function signIn({ otp, obtain }: ReturnType<typeof createTestOtp>): Promise<string> {
  const result = await otp.verify('alice@example.com', await obtain('alice@example.com'));
  assert.equal(result.status, 'valid');
  return result.status === 'valid' ? result.accessToken : '';
}

/** What is wrong with the answers to one request; empty when nothing is. */
function findFaults(answers: RawAnswer[], expected: Expected, next?: number): string[] {
  const { status, headers } = typeof expected === 'number' ? { status: expected, headers: {} } : expected;
  const [answer, ...others] = answers.filter((each) => each.status !== 100);
  if (answer?.status !== status) return [`${answer?.status} instead of ${status}`];
  // Node refuses what is left of a body that was longer than declared, and closes.
  const isIgnored = others.length === 0 || (others.length === 1 && [400, next].includes(others[0]?.status));
  const faults = isIgnored ? [] : [`then ${others.map((other) => other.status)}`];
  for (const [name, value] of Object.entries(headers)) {
    const found = answer.headers[name] ?? '';
    if (found !== value) faults.push(`${name}: ${found} instead of ${value}`);
  }
  const isOurs = answer.body.includes('urn:stateless-otp:problem:');
  if (isOurs && answer.headers['x-content-type-options'] !== 'nosniff') faults.push('no security headers');
  const id = answer.headers['x-request-id'] ?? '';
  if (isOurs && (id === '' || !answer.body.includes(`"urn:stateless-otp:request:${id}"`))) {
    faults.push('its request has no name');
  }
  return faults;
}

/** Sends every case, a few at a time, and names those that were answered otherwise. */
async function run(
  port: number,
  name: ListenerName,
  table: readonly Case[],
  send: (one: Case) => string,
  next?: number,
): Promise<void> {
  const wrong: string[] = [];
  const left = [...table];
  const work = async () => {
    for (let one = left.pop(); one; one = left.pop()) {
      const faults = findFaults(await exchange(port, send(one)), one.except?.[name] ?? one.expect, next);
      if (faults.length > 0) wrong.push(`${JSON.stringify(one.send.slice(0, 200))}: ${faults.join('; ')}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  assert.deepEqual(wrong, []);
}

for (const [name, start] of Object.entries(listeners) as [ListenerName, StartListener][]) {
  describe(name, () => {
    let token: string;
    let servers: Record<keyof typeof cases, Awaited<ReturnType<StartListener>>>;
    before(async () => {
      const parts = createTestOtp(options);
      token = await signIn(parts);
      const restrictions = { apiKeyHashes: [hashApiKey(apiKey)], corsOrigins: ['https://pages.example.com'] };
      servers = {
        open: await start(parts.otp),
        restricted: await start(createTestOtp({ ...options, ...restrictions }).otp),
      };
    });
    after(() => Promise.all(Object.values(servers).map((server) => server.close())));
    const fill = ({ send }: Case) => send.replaceAll('{token}', token).replaceAll('{key}', apiKey);

    for (const kind of ['open', 'restricted'] as const) {
      for (const [concern, table] of Object.entries<Case[]>(cases[kind])) {
        test(`answers every request as all other listeners do: ${concern}`, () =>
          run(servers[kind].port, name, table, fill));
      }
    }

    // Attack: end a body early, so that its beginning is taken for the whole.
    test('a body that breaks off is not acted on, and the server lives on', async () => {
      const json = 'Host: x\r\nContent-Type: application/json\r\n';
      for (const framing of ['Content-Length: 20\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\nd\r\n']) {
        const head = `POST /api/v1/token/verify HTTP/1.1\r\n${json}${framing}`;
        const [answer] = await exchange(servers.open.port, `${head}{"token":"x"}`, true);
        assert.ok(answer === undefined || answer.status === 400, `${answer?.status}`);
      }
      const alive = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      assert.equal((await exchange(servers.open.port, alive))[0]?.status, 200);
    });

    // Attack: have a body, or what follows one that was refused, taken for a request.
    test('after each body the connection is closed, or serves the next request and no other', async () => {
      const next = 'GET /api/v1/token/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      const send = (one: Case) => one.send.replace('Connection: close\r\n', '') + next;
      await run(servers.open.port, name, cases.open.bodies, send, 401);
    });
  });
}
