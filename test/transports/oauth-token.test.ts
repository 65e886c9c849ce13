import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTokenSource, type OAuthOptions, TokenError } from '../../src/transports/oauth-token.js';
import { createManualClock } from '../helpers/clock.js';
import { startTokenEndpoint } from '../helpers/token-endpoint.js';
import { until } from '../helpers/until.js';

const client = { clientId: 'client-of-ours', clientSecret: 'S3cret-of-client', scope: 'mail.send' };

async function withSource(
  run: (kit: {
    endpoint: Awaited<ReturnType<typeof startTokenEndpoint>>;
    clock: ReturnType<typeof createManualClock>;
    source: ReturnType<typeof createTokenSource>;
  }) => Promise<void>,
  {
    expiresIn,
    timeoutMs = 30_000,
    ...options
  }: Partial<OAuthOptions> & { expiresIn?: number | string; timeoutMs?: number } = {},
): Promise<void> {
  const endpoint = await startTokenEndpoint({ expiresIn });
  const clock = createManualClock();
  const source = createTokenSource(
    { ...client, tokenUrl: endpoint.url, ...options },
    { fetch: globalThis.fetch, clock, timeoutMs },
  );
  try {
    await run({ endpoint, clock, source });
  } finally {
    source.close();
    await endpoint.close();
  }
}

async function refusalOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => assert.fail('there was a token'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TokenError, String(error));
  return error.receipt;
}

describe('a token', () => {
  test('is asked for with the credentials of the client, in a form', () =>
    withSource(async ({ endpoint, source }) => {
      assert.equal(await source.get(), 'access-1');
      assert.deepEqual(endpoint.forms(), [
        {
          grant_type: 'client_credentials',
          client_id: client.clientId,
          client_secret: client.clientSecret,
          scope: client.scope,
        },
      ]);
      const [request] = endpoint.received;
      assert.equal(request?.method, 'POST');
      assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
      assert.ok(!request?.path.includes('S3cret'));
    }));

  test('is asked for with the refresh token, and the newest one after it was rotated', () =>
    withSource(
      async ({ endpoint, source }) => {
        endpoint.behave(() => endpoint.issue({ refresh_token: `refresh-${endpoint.issued() + 1}` }));
        for (const expected of ['refresh-0', 'refresh-1', 'refresh-2']) {
          source.refuse(await source.get());
          assert.equal(endpoint.forms().at(-1)?.['refresh_token'], expected);
          assert.equal(endpoint.forms().at(-1)?.['grant_type'], 'refresh_token');
        }
      },
      { refreshToken: 'refresh-0', scope: undefined },
    ));

  test('is fetched once for any number of callers, and kept', () =>
    withSource(async ({ endpoint, source }) => {
      const all = await Promise.all(Array.from({ length: 100 }, () => source.get()));
      assert.deepEqual(new Set(all), new Set(['access-1']));
      assert.equal(await source.get(), 'access-1');
      assert.equal(endpoint.requests(), 1);
    }));

  for (const expiresIn of [60, 300, 3600, '3600', undefined]) {
    test(`that lasts ${expiresIn ?? 'no known number of'} seconds is never used after it has expired`, () =>
      withSource(
        async ({ endpoint, clock, source }) => {
          if (expiresIn === undefined) endpoint.behave(() => endpoint.issue({ expires_in: undefined }));
          const lifeMs = Number(expiresIn ?? 300) * 1000;
          const issuedAt = new Map<string, number>();
          for (let step = 0; step < 60; step += 1) {
            const value = await source.get();
            if (!issuedAt.has(value)) issuedAt.set(value, clock());
            assert.ok(clock() - (issuedAt.get(value) ?? 0) < lifeMs, `${value} after ${step} steps`);
            clock.advance(lifeMs / 7);
          }
          assert.ok(endpoint.requests() >= 60 / 7);
        },
        { expiresIn: expiresIn ?? 3600 },
      ));
  }

  test('is replaced ahead of time while the old one is used, also when the endpoint is down', () =>
    withSource(async ({ endpoint, clock, source }) => {
      await source.get();
      clock.advance(3_400_000);
      endpoint.behave(() => ({ status: 503 }));
      for (let index = 0; index < 20; index += 1) assert.equal(await source.get(), 'access-1');
      await until('the failed fetch', () => endpoint.requests() === 2);
      endpoint.behave();
      clock.advance(10_000);
      // The fetch that failed may still be ending.
      await until('the new token', async () => (await source.get()) === 'access-2');
      assert.equal(endpoint.requests(), 3);
    }));

  test('that was refused is replaced, but not the one that replaced it', () =>
    withSource(async ({ endpoint, source }) => {
      const first = await source.get();
      source.refuse(first);
      assert.equal(await source.get(), 'access-2');
      source.refuse(first);
      assert.equal(await source.get(), 'access-2');
      assert.equal(endpoint.requests(), 2);
    }));
});

describe('an endpoint', () => {
  // Attack: a provider that repeats the secret, a page in between, or one that never ends.
  const answers: [
    string,
    { status: number; body?: unknown; headers?: Record<string, string> },
    string,
    RegExp,
  ][] = [
    [
      'invalid_grant',
      { status: 400, body: { error: 'invalid_grant', error_description: 'S3cret' } },
      'unauthorized',
      /400 invalid_grant$/,
    ],
    [
      'invalid_client',
      { status: 401, body: { error: 'invalid_client', error_codes: [7000215] } },
      'unauthorized',
      /401 invalid_client 7000215$/,
    ],
    ['an error that is no word', { status: 400, body: { error: 'AllLettersSecret' } }, 'unavailable', /400$/],
    [
      'temporarily_unavailable',
      { status: 400, body: { error: 'temporarily_unavailable' } },
      'unavailable',
      /400 temp/,
    ],
    ['a limit', { status: 429, headers: { 'retry-after': '7' } }, 'unavailable', /429$/],
    ['HTML', { status: 200, body: '<html>S3cret-of-client</html>' }, 'unavailable', /no bearer token$/],
    ['HTML of a failed gateway', { status: 502, body: '<html>Bad gateway</html>' }, 'unavailable', /502$/],
    ['no token', { status: 200, body: {} }, 'unavailable', /no bearer token$/],
    [
      '200 with an error',
      { status: 200, body: { error: 'invalid_grant', error_description: 'S3cret' } },
      'unauthorized',
      /no bearer token, invalid_grant$/,
    ],
    ['null', { status: 200, body: null }, 'unavailable', /no bearer token$/],
    ['an array', { status: 200, body: ['access'] }, 'unavailable', /no bearer token$/],
    [
      'a token with a line end',
      { status: 200, body: { access_token: 'a\r\nb' } },
      'unavailable',
      /no bearer token$/,
    ],
    [
      'a token with a separator',
      { status: 200, body: { access_token: 'a\x01b' } },
      'unavailable',
      /no bearer token$/,
    ],
    [
      'a token of another type',
      { status: 200, body: { access_token: 'a', token_type: 'mac' } },
      'unavailable',
      /no bearer/,
    ],
    [
      'a megabyte',
      { status: 200, body: { access_token: 'a'.repeat(1_000_000) } },
      'unavailable',
      /no bearer token$/,
    ],
  ];
  for (const [name, answer, category, detail] of answers) {
    test(`that answers ${name} is a definite refusal without its words`, () =>
      withSource(async ({ endpoint, clock, source }) => {
        endpoint.behave(() => answer);
        const receipt = await refusalOf(source.get());
        assert.equal(receipt.category, category);
        assert.equal(receipt.retryable, category === 'unavailable');
        assert.match(receipt.detail, detail);
        assert.doesNotMatch(receipt.detail, /S3cret|Secret|client-of-ours|html/);
        endpoint.behave();
        clock.advance(60_000);
        assert.equal(await source.get(), 'access-1');
      }));
  }

  test('that says when to come back is left alone until then, a minute at most', async () => {
    for (const [retryAfter, seconds] of [
      ['7', 7],
      ['3600', 60],
    ] as const) {
      await withSource(async ({ endpoint, clock, source }) => {
        endpoint.behave(() => ({ status: 429, headers: { 'retry-after': retryAfter } }));
        for (let index = 0; index < 20; index += 1) {
          assert.equal((await refusalOf(source.get())).detail, 'OAuth token: HTTP 429');
        }
        assert.equal(endpoint.requests(), 1);
        endpoint.behave();
        clock.advance(seconds * 1000);
        assert.equal(await source.get(), 'access-1');
      });
    }
  });

  test('that says so is asked again when the clock has been set back', () =>
    withSource(async ({ endpoint, clock, source }) => {
      endpoint.behave(() => ({ status: 503, headers: { 'retry-after': '60' } }));
      await refusalOf(source.get());
      endpoint.behave();
      clock.advance(-86_400_000);
      assert.equal(await source.get(), 'access-1');
    }));

  test('that names an impossible life is not asked for each message', async () => {
    for (const expiresIn of [0, -1, '0', '', 'soon']) {
      await withSource(
        async ({ endpoint, source }) => {
          for (let index = 0; index < 20; index += 1) assert.equal(await source.get(), 'access-1');
          assert.equal(endpoint.requests(), 1, JSON.stringify(expiresIn));
        },
        { expiresIn },
      );
    }
  });

  // Attack: have the secret sent elsewhere.
  test('that redirects is not followed', () =>
    withSource(async ({ endpoint, source }) => {
      for (const status of [301, 302, 303, 307, 308]) {
        endpoint.behave(() => ({ status, headers: { location: endpoint.url } }));
        const before = endpoint.requests();
        assert.match((await refusalOf(source.get())).detail, new RegExp(`${status}$`));
        assert.equal(endpoint.requests(), before + 1);
      }
    }));

  test('that breaks the connection or cannot be reached is a definite refusal', () =>
    withSource(async ({ endpoint, source }) => {
      endpoint.behave(() => 'reset');
      assert.equal((await refusalOf(source.get())).category, 'unavailable');
      await endpoint.close();
      assert.match((await refusalOf(source.get())).detail, /^OAuth token: \w+/);
    }));

  test('that hangs is let go, and those who came while it hung have a try of their own', () =>
    withSource(
      async ({ endpoint, source }) => {
        let asked = 0;
        endpoint.behave(() => {
          asked += 1;
          return asked === 1 ? 'silence' : endpoint.issue();
        });
        const first = refusalOf(source.get());
        await until('the request', () => asked === 1);
        const others = Array.from({ length: 50 }, () => source.get());
        assert.equal((await first).detail, 'OAuth token: no answer in time');
        assert.deepEqual(new Set(await Promise.all(others)), new Set(['access-1']));
        assert.equal(asked, 2);
      },
      { timeoutMs: 3000 },
    ));
});

describe('options', () => {
  const create = (options: unknown) =>
    createTokenSource(options as OAuthOptions, { fetch: globalThis.fetch, clock: Date.now, timeoutMs: 1000 });
  const good = { ...client, tokenUrl: 'https://login.example.com/token' };

  test('that are wrong are refused by name, without their value', () => {
    create(good);
    create({ ...good, tokenUrl: 'http://127.0.0.1:8080/token' });
    create({
      ...good,
      tokenUrl: 'http://[::1]:8080/token',
      scope: 'https://outlook.office365.com/.default a b',
    });
    for (const [name, wrong] of [
      ['tokenUrl', 'http://login.example.com/token'],
      ['tokenUrl', 'http://127.0.0.1.evil.example/token'],
      ['tokenUrl', 'https://user:S3cret@login.example.com/token'],
      ['tokenUrl', 'S3cret'],
      ['tokenUrl', undefined],
      ['clientId', ''],
      ['clientSecret', undefined],
      ['clientSecret', 'S3cret\n'],
      ['scope', ''],
      ['scope', 'a  b'],
      ['refreshToken', 'S3 cret'],
    ] as const) {
      assert.throws(
        () => create({ ...good, [name]: wrong }),
        (error: Error) =>
          new RegExp(`^oauth\\.${name} must`).test(error.message) && !/S3/.test(error.message),
        name,
      );
    }
    for (const wrong of [null, 'text', 5])
      assert.throws(() => create(wrong), /^TypeError: oauth must be an object/);
  });
});
