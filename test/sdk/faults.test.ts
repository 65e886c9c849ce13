import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OTPClient, OTPError } from '../../sdk/javascript/src/index.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createSignedInStorage } from '../helpers/signed-in-storage.js';

const identity = 'alice@example.com';

/** What every call of a client does; the client is signed in and has asked for a code. */
function listCalls(client: OTPClient, signal?: AbortSignal): (() => Promise<unknown>)[] {
  return [
    () => client.requestOTP(identity, { signal }),
    () => client.verifyOTP(identity, '482931', { signal }),
    () => client.verifyToken('a.b.c', { signal }),
    () => client.verifyBearer({ signal }),
    () => client.refresh({ signal }),
    () => client.logoutAll({ signal }),
    () => client.logout({ signal }),
  ];
}

async function assertCode(outcome: Promise<unknown>, code: string, status: number | null = null) {
  await assert.rejects(outcome, (error) => {
    assert.ok(error instanceof OTPError, String(error));
    assert.deepEqual([error.code, error.status], [code, status]);
    return true;
  });
}

test('a server that is down is a network error of every call, with its cause', async () => {
  const stub = await startHttpStub();
  await stub.close();
  const client = new OTPClient({ baseUrl: stub.url, storage: createSignedInStorage() });
  for (const call of listCalls(client)) await assertCode(call(), 'network_error');
  await assert.rejects(client.requestOTP(identity), (error: OTPError) => error.cause instanceof Error);
});

test('a connection that breaks off is a network error', async (t) => {
  const stub = await startHttpStub('reset');
  t.after(() => stub.close());
  const client = new OTPClient({ baseUrl: stub.url, storage: createSignedInStorage() });
  for (const call of listCalls(client)) await assertCode(call(), 'network_error');
});

test('a server that says nothing is a timeout of every call', async (t) => {
  const stub = await startHttpStub('silence');
  t.after(() => stub.close());
  const client = new OTPClient({ baseUrl: stub.url, storage: createSignedInStorage(), timeoutMs: 50 });
  for (const call of listCalls(client)) await assertCode(call(), 'timeout');
});

test('a timeout counts until the end of the answer, also where fetch heeds no signal', async () => {
  const stuck = new ReadableStream({ pull: () => new Promise(() => {}) });
  const client = new OTPClient({
    baseUrl: 'http://localhost',
    timeoutMs: 50,
    fetch: async () => new Response(stuck),
  });
  await assertCode(client.requestOTP(identity), 'timeout');
});

test('a signal ends every call before and while it runs, and frees the connection', async (t) => {
  const stub = await startHttpStub('silence');
  t.after(() => stub.close());
  const create = () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const client = new OTPClient({
      baseUrl: stub.url,
      storage: createSignedInStorage(),
      timeoutMs: 5000,
      fetch: (url, init) => {
        signals.push(init.signal);
        return fetch(url, init);
      },
    });
    return { client, signals };
  };
  const early = create();
  for (const call of listCalls(early.client, AbortSignal.abort())) await assertCode(call(), 'aborted');
  assert.equal(early.signals.length, 0);
  for (const index of listCalls(early.client).keys()) {
    // A refresh is shared, so it continues without the one who gave up: a client of its own.
    const { client, signals } = create();
    const controller = new AbortController();
    const outcome = listCalls(client, controller.signal)[index]?.() ?? Promise.resolve();
    outcome.catch(() => {});
    while (signals.length === 0) await new Promise(setImmediate);
    controller.abort();
    await assertCode(outcome, 'aborted');
    assert.equal(signals[0]?.aborted, index !== 4);
  }
});

test('a call that has ended leaves nothing at the signal of its caller', async () => {
  const controller = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const { signal } = controller;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(signal, args);
  };
  const client = new OTPClient({
    baseUrl: 'http://localhost',
    fetch: async () => Response.json({ active: false }),
  });
  for (let call = 0; call < 20; call += 1) await client.verifyToken('a.b.c', { signal });
  assert.equal(listeners, 0);
});

test('an answer without an end is not read to its end', async () => {
  let chunks = 0;
  const endless = new ReadableStream({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new TextEncoder().encode(' '.repeat(16_384)));
    },
  });
  const client = new OTPClient({ baseUrl: 'http://localhost', fetch: async () => new Response(endless) });
  await assertCode(client.requestOTP(identity), 'unexpected_answer', 200);
  assert.ok(chunks < 10, String(chunks));
});

test('whatever answers, a call resolves to what its type says or rejects with an OTPError', async () => {
  const member = fc.constantFrom(
    ...['success', 'active', 'claims', 'code', 'detail', 'attempts_left', 'retry_after_seconds', 'channel'],
    ...['ttl_seconds', 'resend_in_seconds', 'code_length', 'challenge', 'access_token', 'token_type'],
    ...['expires_in', 'refresh_token', 'refresh_expires_in', '__proto__', 'then'],
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(true, false, 'bearer', 'invalid_code', 'a.b.c', 900),
  );
  const body = fc.oneof(
    fc.dictionary(member, value).map((object) => JSON.stringify(object)),
    fc.string(),
  );
  const status = fc.oneof(fc.constantFrom(200, 401, 429), fc.integer({ min: 200, max: 599 }));
  const retryAfter = fc.option(fc.stringMatching(/^[ -~]{0,20}$/), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(status, body, retryAfter, fc.nat(5), async (status, body, retryAfter, index) => {
      const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
      const client = new OTPClient({
        baseUrl: 'http://localhost',
        storage: createSignedInStorage(),
        fetch: async () => new Response([204, 205, 304].includes(status) ? null : body, { status, headers }),
      });
      const outcome = listCalls(client)[index]?.();
      await outcome?.catch((error) => assert.ok(error instanceof OTPError, String(error)));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('a fetch that throws at once, answers nonsense or is given what JSON cannot hold is an OTPError too', async () => {
  const throwing = new OTPClient({
    baseUrl: 'http://localhost',
    fetch: () => {
      throw new TypeError('no');
    },
  });
  await assertCode(throwing.requestOTP(identity), 'network_error');
  const nonsense = new OTPClient({
    baseUrl: 'http://localhost',
    fetch: async () => undefined as unknown as Response,
  });
  await assertCode(nonsense.requestOTP(identity), 'network_error');
  const big = { identity: 10n } as unknown as string;
  await assertCode(new OTPClient({ baseUrl: 'http://localhost' }).requestOTP(big), 'invalid_request');
  // Without a page there is nothing that a path is of.
  await assertCode(new OTPClient({ baseUrl: '/nonsense' }).requestOTP(identity), 'network_error');
});

// Attack: the address of the service is taken over, or misspelt, and answers with a redirect to a collector.
test('a code and a token go to no other address than that of the service', async (t) => {
  const collector = await startHttpStub();
  t.after(() => collector.close());
  for (const status of [301, 302, 303, 307, 308]) {
    const stub = await startHttpStub({ status, headers: { location: collector.url } });
    t.after(() => stub.close());
    const client = new OTPClient({ baseUrl: stub.url, storage: createSignedInStorage() });
    for (const call of listCalls(client)) await assertCode(call(), 'unexpected_answer', status);
  }
  assert.deepEqual(collector.received, []);
});

// Attack: a server or a proxy puts line ends and colours for the terminal into what a program will log.
test('a message is one line that can stand in a log, and repeats nothing that was sent', async () => {
  const client = new OTPClient({
    baseUrl: 'http://localhost',
    fetch: async () =>
      Response.json(
        {
          success: false,
          code: 'internal',
          detail: `\u001b[31mfirst\r\nsecond\u2028third${'x'.repeat(1000)}`,
        },
        { status: 500 },
      ),
  });
  await assert.rejects(client.verifyOTP(identity, '482931'), ({ message }: OTPError) => {
    assert.match(message, /^ \[31mfirst second third/);
    assert.ok(message.length <= 300 && !/[\p{C}\u2028]|482931|alice/u.test(message));
    return true;
  });
});

test('a client without an address or with a senseless timeout is refused at once, by name', () => {
  const create = (options: unknown) => () => new OTPClient(options as { baseUrl: string });
  assert.throws(create(undefined), /^TypeError: baseUrl must be a URL, got undefined$/);
  assert.throws(create({ baseUrl: 42 }), /^TypeError: baseUrl must be a URL, got number$/);
  for (const timeoutMs of [0, -1, Number.NaN]) {
    assert.throws(create({ baseUrl: '/api/v1', timeoutMs }), /^RangeError: timeoutMs must be above 0, got /);
  }
  assert.ok(create({ baseUrl: '/api/v1', timeoutMs: Infinity })());
});

// Reported of other clients: a base URL without its scheme was only a "network error", at the first call.
test('a base URL that cannot be called is refused at once, with what was given and what may be', () => {
  const refused: [given: string, shown?: string][] = [
    ['localhost:8000'],
    ['otp.example.com'],
    ['otp.example.com/api/v1'],
    ['undefined/api/v1'],
    ['nonsense'],
    ['api/v1'],
    ['//otp.example.com/api/v1'],
    [''],
    ['ftp://otp.example.com'],
    ['http://'],
    ['http:///api/v1'],
    ['https:/otp.example.com'],
    ['http:\\\\localhost'],
    ['http://localhost:99999'],
    ['http://localhost:8000:8000'],
    ['http://[::1'],
    ['http://local host'],
    ['http://localhost/my path'],
    ['/my path'],
    // Attack: get a secret into a log.
    ['https://user:secret@otp.example.com', 'https://…@otp.example.com'],
    ['https://user:se/secret?@otp.example.com/a', 'https://…@otp.example.com/a'],
    ['https://secret@otp.example.com', 'https://…@otp.example.com'],
    ['user:secret@otp.example.com', '…@otp.example.com'],
    ['https://otp.example.com/api/v1?key=secret', 'https://otp.example.com/api/v1?…'],
    ['/api/v1#secret', '/api/v1?…'],
  ];
  for (const [baseUrl, shown = baseUrl] of refused) {
    assert.throws(
      () => new OTPClient({ baseUrl }),
      ({ name, message }: Error) => {
        assert.equal(name, 'RangeError');
        assert.match(
          message,
          /^baseUrl must be an http or https URL such as https:\/\/.* a path such as \/api/,
        );
        assert.ok(message.endsWith(`; got "${shown}"`), message);
        return !message.includes('secret');
      },
    );
  }
});

test('a base URL may be written in any way that is clear', async () => {
  const bases = {
    'http://localhost:8000/api/v1': 'http://localhost:8000/api/v1',
    'http://localhost:8000/api/v1//': 'http://localhost:8000/api/v1',
    ' http://localhost:8000/\n': 'http://localhost:8000',
    'HTTPS://OTP.example.com': 'https://otp.example.com',
    'http://[::1]:8000/api/v1': 'http://[::1]:8000/api/v1',
    'https://bücher.example/api/v1': 'https://xn--bcher-kva.example/api/v1',
    '/api/v1/': '/api/v1',
    '../api/v1': '../api/v1',
    '/': '',
  };
  for (const [baseUrl, base] of Object.entries(bases)) {
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(/^http/i.test(url) ? new URL(url).href : url);
      return Response.json({ active: false });
    };
    await new OTPClient({ baseUrl, fetch }).verifyToken('x');
    assert.deepEqual(asked, [`${base}/token/verify`]);
  }
});
