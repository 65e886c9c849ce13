import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTestOtp, post, readBody } from '../helpers/otp.js';

const alice = 'alice@example.com';
const paths = ['/api/v1/otp/request', '/api/v1/otp/verify', '/api/v1/token/verify'];

const bodies: [why: string, body: string, detail: RegExp][] = [
  ['nothing', '', /must be JSON/],
  ['broken JSON', '{"identity":', /must be JSON/],
  ['two values', '{} {}', /must be JSON/],
  ['not an object', '[]', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['a string', '"alice@example.com"', /must be a JSON object/],
  ['a wrong type', '{"identity":42,"otp":42,"token":42}', /must be a string/],
  [
    'a list',
    '{"identity":["alice@example.com","mallory@example.com"],"otp":"123456","token":[]}',
    /must be a string/,
  ],
  ['null inside', '{"identity":null,"otp":null,"token":null}', /must be a string/],
  ['depth 1000', `${'['.repeat(1000)}${']'.repeat(1000)}`, /must be a JSON object/],
  ['depth in a field', `{"identity":${'['.repeat(1000)}${']'.repeat(1000)},"token":{}}`, /must be a string/],
  ['a byte too many', `{"identity":"${'x'.repeat(4096)}"}`, /at most 4096 bytes/],
  ['1 MiB', `{"identity":"${'x'.repeat(1024 * 1024)}"}`, /at most 4096 bytes/],
];
for (const [why, body, detail] of bodies) {
  test(`a body of ${why} is 400 with one line that says so`, async () => {
    const { otp } = createTestOtp();
    for (const path of paths) {
      const answer = await post(otp.handler, path, body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.code, 'invalid_request');
      assert.match(answer.body.detail, detail);
      assert.ok(!answer.body.detail.includes('\n') && answer.body.detail.length < 200);
    }
  });
}

test('an unknown key is refused by name', async () => {
  const { otp } = createTestOtp();
  const base = '{"identity":"alice@example.com","otp":"123456"';
  for (const key of ['admin', '__proto__', 'constructor', 'toString', 'Identity']) {
    const answer = await post(otp.handler, '/api/v1/otp/verify', `${base},"${key}":{"admin":true}}`);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.detail, `Unknown key: ${key}`);
  }
  assert.equal(({} as Record<string, unknown>)['admin'], undefined);
});

// Attack: have a code or an address repeated in an answer that someone logs.
test('no value that was sent is in an error', async () => {
  const { otp } = createTestOtp();
  for (const body of [
    { identity: 482931, otp: '482931' },
    { identity: alice, otp: '482931', [alice]: '482931' },
    { identity: alice, otp: '48293148293148', challenge: '482931' },
    { identity: `${alice},482931`, otp: '482931' },
    { identity: alice, otp: '482931', purpose: '482931' },
  ]) {
    const answer = await post(otp.handler, '/api/v1/otp/verify', body);
    assert.equal(answer.status, 400);
    assert.ok(!/482931|alice/.test(JSON.stringify(answer.body)));
  }
});

test('codes that cannot be codes are 400 and cost nothing', async () => {
  const { otp, obtain } = createTestOtp({ maxAttempts: 1 });
  const code = await obtain(alice);
  for (const typed of [
    '',
    '1',
    '123',
    '12345678901',
    '①②③④⑤⑥',
    '四八二九三一',
    'abcdef',
    '12345a',
    '1'.repeat(64),
  ]) {
    assert.equal(
      (await post(otp.handler, '/api/v1/otp/verify', { identity: alice, otp: typed })).status,
      400,
      typed,
    );
  }
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

test('only JSON is read, whatever the body', async () => {
  const { otp } = createTestOtp();
  const body = JSON.stringify({ identity: alice });
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    '',
  ]) {
    const answer = await post(otp.handler, '/api/v1/otp/request', body, { 'Content-Type': type });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.detail, 'Content-Type must be application/json');
  }
  for (const type of [
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json ;charset=utf-8',
  ]) {
    assert.equal(
      (await post(otp.handler, '/api/v1/otp/request', body, { 'Content-Type': type })).status,
      200,
    );
  }
});

test('a body that is not UTF-8 is refused, not repaired', async () => {
  const { otp } = createTestOtp();
  const body = Buffer.concat([
    Buffer.from('{"identity":"a'),
    Buffer.from([0xff]),
    Buffer.from('@example.com"}'),
  ]);
  const request = new Request('http://localhost/api/v1/otp/request', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  const answer = await otp.handler(request);
  assert.equal(answer.status, 400);
  assert.match((await readBody(answer)).detail, /JSON in UTF-8/);
});

test('an endless stream without a length is cut at the limit', async () => {
  const { otp } = createTestOtp();
  let pulled = 0;
  const stream = new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(Buffer.alloc(1024, 0x20));
    },
  });
  const request = new Request('http://localhost/api/v1/otp/request', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: stream,
    duplex: 'half',
  } as RequestInit);
  assert.equal((await otp.handler(request)).status, 400);
  assert.ok(pulled < 10);
});

// Attack: declare a short body and send a long one, where the server in front does not hold the sender to it.
test('a declared length is no way round the limit', async () => {
  const { otp } = createTestOtp();
  const body = JSON.stringify({ identity: alice, filler: 'x'.repeat(1_000_000) });
  for (const length of ['10', 'abc', '-1', '']) {
    const answer = await post(otp.handler, '/api/v1/otp/request', body, { 'Content-Length': length });
    assert.equal(answer.status, 400);
    assert.match(answer.body.detail, /at most 4096 bytes/);
  }
});

test('a body that breaks off is the fault of its sender, and no fault is logged', async () => {
  const faults: unknown[] = [];
  const logger = { info() {}, warn() {}, error: (fields: unknown) => faults.push(fields) };
  const { otp } = createTestOtp({ logger });
  const request = new Request('http://localhost/api/v1/otp/request', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) }),
    duplex: 'half',
  } as RequestInit);
  assert.equal((await otp.handler(request)).status, 400);
  assert.deepEqual(faults, []);
});

test('any body is answered with a 2xx or 4xx, never a 5xx', async () => {
  const { otp } = createTestOtp({ requestIpMax: 0, verifyIpMax: 0 });
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.emailAddress(),
    fc.constantFrom(
      'alice@example.com',
      '+4915112345678',
      'user:1',
      '123456',
      'sign-in',
      'email',
      'en',
      '\uD800',
    ),
  );
  const value = fc.oneof({ weight: 4, arbitrary: text }, fc.jsonValue(), fc.boolean(), fc.integer());
  const keys = [
    'identity',
    'otp',
    'token',
    'channel',
    'purpose',
    'bind',
    'challenge',
    'locale',
    '__proto__',
    'x',
  ];
  const body = fc.oneof(
    fc.dictionary(fc.constantFrom(...keys), value).map((object) => JSON.stringify(object)),
    fc.record({ identity: text, otp: text }).map((object) => JSON.stringify(object)),
    fc.json(),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, text) => {
      const answer = await post(otp.handler, path, text);
      assert.ok(answer.status < 500, `${answer.status} for ${path} ${text}`);
    }),
    { numRuns: 20_000, seed: 1 },
  );
});
