import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problems } from '../../src/http/problems.js';
import { OtpError, type Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { root } from '../helpers/process.js';
import { createShortLadder } from '../helpers/short-ladder.js';
import { readVectors } from '../helpers/vectors.js';

interface ProblemVector {
  code: string;
  status: number;
  title: string;
  routes: string[];
  members: string[];
  headers: Record<string, string>;
  example: Record<string, unknown>;
}

const vectors = readVectors<{ problems: ProblemVector[] }>('problems-v1.json').problems;
const alice = 'alice@example.com';
const paths = { request: '/api/v1/otp/request', verify: '/api/v1/otp/verify' };

test('the problems of the specification are those of the service', () => {
  const specified = vectors.map(({ code, status, title }) => [code, { status, title }]);
  assert.deepEqual(Object.fromEntries(specified), problems);
});

test('every example says what its own entry says', () => {
  for (const { code, status, title, members, headers, example } of vectors) {
    const type = `urn:stateless-otp:problem:${code}`;
    const { detail, ...rest } = example;
    const extra = Object.fromEntries(members.map((member) => [member, example[member]]));
    assert.deepEqual(rest, { type, title, status, success: false, code, ...extra });
    assert.ok(typeof detail === 'string' && !Object.values(extra).includes(undefined));
    const wait = example.retry_after_seconds;
    assert.equal(headers['Retry-After'], wait === undefined ? undefined : String(wait));
  }
});

test('every problem of a route in the OpenAPI document is in its entry, and no other', () => {
  const { paths } = JSON.parse(readFileSync(join(root, 'spec/openapi.json'), 'utf8'));
  const documented = Object.entries<Record<string, { responses: object }>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.values<{ description: string }>(responses as never).flatMap(({ description }) =>
        [...description.matchAll(/`([a-z_]+)`: /g)].map(
          ([, code]) => `${code} ${method.toUpperCase()} ${path}`,
        ),
      ),
    ),
  );
  const specified = vectors.flatMap(({ code, routes }) =>
    routes.filter((route) => /^[A-Z]+ \//.test(route)).map((route) => `${code} ${route}`),
  );
  const isInternal = (line: string) => line.startsWith('internal ');
  assert.deepEqual(specified.sort(), documented.filter((line) => !isInternal(line)).sort());
});

function failWith(error: Error): Store {
  return { ...createMemoryStore(), open: async () => Promise.reject(error) };
}

async function guessWrong(service: ReturnType<typeof createTestOtp>, times: number) {
  const { otp, obtain, wrong } = service;
  const code = wrong(await obtain(alice));
  const answers = [];
  for (let i = 0; i < times; i++) {
    answers.push(await post(otp.handler, paths.verify, { identity: alice, otp: code }));
  }
  return answers.at(-1);
}

/** How the service comes to answer each problem exactly as in its example. */
const scenarios: Record<string, () => Promise<Awaited<ReturnType<typeof post>> | undefined>> = {
  invalid_request: () => post(createTestOtp().otp.handler, paths.verify, { identity: alice, otp: '123' }),
  invalid_identity: () => post(createTestOtp().otp.handler, paths.request, { identity: 'nobody' }),
  unsupported_channel: () =>
    post(createTestOtp().otp.handler, paths.request, { identity: alice, channel: 'sms' }),
  unsupported_country: () =>
    post(createTestOtp({ phoneCountries: ['US'] }).otp.handler, paths.request, { identity: '+18765551234' }),
  unsupported_number: () =>
    post(createTestOtp().otp.handler, paths.request, { identity: '+19005551234', channel: 'sms' }),
  unauthorized: () =>
    post(createTestOtp({ apiKeyHashes: ['00'.repeat(32)] }).otp.handler, paths.request, { identity: alice }),
  invalid_code: () => guessWrong(createTestOtp(), 1),
  invalid_token: () =>
    post(createTestOtp({ refreshTokenTtlSeconds: 3600 }).otp.handler, '/api/v1/token/refresh', {
      refresh_token: 'otr1.a',
    }),
  async forbidden() {
    const { otp, obtain } = createTestOtp();
    const result = await otp.verify(alice, await obtain(alice));
    assert.ok(result.status === 'valid');
    const headers = { Authorization: `Bearer ${result.accessToken}` };
    const gated = createTestOtp({ gateAllow: ['bob@example.com'] });
    return ask(gated.otp.handler, new Request('http://localhost/authz/auth-request', { headers }));
  },
  human_check_required: () => {
    const humanCheck = {
      provider: 'turnstile',
      siteKey: '1x00000000000000000000AA',
      secret: 'a-secret',
    } as const;
    const { otp } = createTestOtp({
      store: createShortLadder({ free: 0 }),
      dayBudgets: 'enforce',
      humanCheck,
    });
    return post(otp.handler, paths.request, { identity: alice, human_check: null });
  },
  not_found: () => post(createTestOtp().otp.handler, '/api/v1/nothing', {}),
  method_not_allowed: () => ask(createTestOtp().otp.handler, new Request(`http://localhost${paths.request}`)),
  async pending() {
    const { otp, clock, obtain } = createTestOtp({ resend: 'refuse' });
    await obtain(alice);
    clock.advance(180_000);
    return post(otp.handler, paths.request, { identity: alice });
  },
  expired_code: () => post(createTestOtp().otp.handler, paths.verify, { identity: alice, otp: '482931' }),
  async blocked() {
    const service = createTestOtp({ resend: 'refuse' });
    await guessWrong(service, 5);
    service.clock.advance(60_000);
    return post(service.otp.handler, paths.request, { identity: alice });
  },
  async rate_limited() {
    const { otp, obtain } = createTestOtp();
    for (let i = 0; i < 5; i++) await obtain(alice);
    return post(otp.handler, paths.request, { identity: alice });
  },
  internal: () =>
    post(createTestOtp({ store: failWith(new Error('a fault')) }).otp.handler, paths.request, {
      identity: alice,
    }),
  delivery_failed: () =>
    post(
      createTestOtp({
        answer: () => ({ ok: false, category: 'rejected', retryable: false, detail: 'no' }),
      }).otp.handler,
      paths.request,
      { identity: alice },
    ),
  async overloaded() {
    const { otp, obtain } = createTestOtp({
      deliveryMode: 'background',
      deliveryQueueMax: 1,
      answer: () => new Promise(() => {}),
    });
    await obtain(alice);
    return post(otp.handler, paths.request, { identity: alice });
  },
  store_unavailable: () => {
    const store = failWith(new OtpError('store_unavailable', 'Redis cannot answer'));
    return post(createTestOtp({ store }).otp.handler, paths.request, { identity: alice });
  },
};

async function ask(handler: (request: Request) => Promise<Response>, request: Request) {
  const response = await handler(request);
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}

for (const { code, status, headers, example } of vectors) {
  test(`the service answers ${code} as in its example`, async () => {
    const answer = await scenarios[code]?.();
    assert.equal(answer?.status, status);
    // Each request has a name of its own.
    const { instance, ...body } = answer?.body ?? { instance: '' };
    assert.match(instance, /^urn:stateless-otp:request:/);
    assert.deepEqual(body, example);
    assert.equal(answer?.headers.get('Content-Type'), 'application/problem+json');
    for (const name of ['WWW-Authenticate', 'Retry-After', 'Allow']) {
      assert.equal(answer?.headers.get(name), headers[name] ?? null, name);
    }
  });
}
