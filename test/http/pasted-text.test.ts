import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OTPClient } from '../../sdk/javascript/src/index.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { createPageClient } from '../helpers/page-client.js';
import { root } from '../helpers/process.js';

const folding: Record<'dropped' | 'spaces' | 'hyphens' | 'digits', string[]> = JSON.parse(
  readFileSync(join(root, 'spec/folding.json'), 'utf8'),
);

const pasted = [
  ['\u202a+1 415-555-2671\u202c', '+14155552671'],
  ['\u200balice@example.com', 'alice@example.com'],
  ['alice@example.com\u00a0', 'alice@example.com'],
  ['\uff41lice\uff20example.com', 'alice@example.com'],
  ['+\u0664\u0669 151 12345678', '+4915112345678'],
  ['user\uff1a\uff14\uff12', 'user:42'],
] as const;

/** The code as it may come out of a message or off another keyboard. */
const disguise = (code: string) =>
  `\u200b${[...code].map((digit) => String.fromCodePoint(0x966 + Number(digit))).join('\u2011')}\u00a0`;

test('the API takes what was pasted, and knows the same person by what was typed', async () => {
  for (const [input, value] of pasted) {
    const { otp, inbox } = createTestOtp();
    assert.equal((await post(otp.handler, '/api/v1/otp/request', { identity: input })).status, 200);
    assert.equal(inbox.messages.at(-1)?.to, value);
    const body = { identity: value, otp: disguise(inbox.lastCode()) };
    const verified = await post(otp.handler, '/api/v1/otp/verify', body);
    assert.equal(verified.status, 200, JSON.stringify(verified.body));
  }
});

test('the page takes what was pasted into its two fields', async () => {
  for (const [input, value] of pasted) {
    const { otp, inbox } = createTestOtp();
    const client = createPageClient(otp.handler);
    const page = await client.submit(await client.get('/sign-in'), '/sign-in', { identity: input });
    assert.equal(inbox.messages.at(-1)?.to, value);
    const done = await client.submit(page, '/sign-in/code', { otp: disguise(inbox.lastCode()) });
    assert.match(done.text, /You are signed in/);
  }
});

test('a client of the SDK finds its challenge again however the identity is pasted', async () => {
  for (const [input, value] of pasted) {
    const { otp, inbox } = createTestOtp();
    const client = new OTPClient({
      baseUrl: 'http://localhost/api/v1',
      fetch: (url, init) => otp.handler(new Request(url, init)),
    });
    await client.requestOTP(value, { bind: true });
    await client.verifyOTP(input, inbox.lastCode());
    assert.equal((await client.verifyBearer()).claims?.sub, value);
  }
});

/** One character of each range that is folded, if this runtime knows it, and its twin. */
function listFolded(name: 'dropped' | 'spaces' | 'hyphens' | 'digits'): { typed: string; twin: string }[] {
  const properties = { dropped: /\p{Cf}|\p{VS}/u, spaces: /\p{Zs}/u, hyphens: /\p{Pd}/u, digits: /\p{Nd}/u };
  const twins = { dropped: '', spaces: ' ', hyphens: '-', digits: '7' };
  return folding[name]
    .map((range) => Number.parseInt(range, 16) + (name === 'digits' ? 7 : 0))
    .map((point) => ({ typed: String.fromCodePoint(point), twin: twins[name] }))
    .filter(({ typed }) => properties[name].test(typed));
}

test('and with whatever character of a kind that is folded', async () => {
  const { otp, inbox } = createTestOtp({ requestIdentityMax: 10_000, requestIpMax: 0, verifyIpMax: 0 });
  const client = new OTPClient({
    baseUrl: 'http://localhost/api/v1',
    fetch: (url, init) => otp.handler(new Request(url, init)),
  });
  const all = (['dropped', 'spaces', 'hyphens', 'digits'] as const).flatMap(listFolded);
  assert.ok(all.length > 100);
  for (const { typed, twin } of all) {
    const write = (character: string) =>
      /[ -]/.test(twin) ? `+49 151${character}12345678` : `alice${character}@example.com`;
    for (const [first, second] of [
      [write(twin), write(typed)],
      [write(typed), write(twin)],
    ] as const) {
      await client.requestOTP(first, { bind: true });
      await client.verifyOTP(second, inbox.lastCode());
    }
  }
});

test('a browser does not refuse an address for what was pasted with it', async () => {
  const { otp } = createTestOtp({
    transports: [{ name: 'mail', channels: ['email'], send: async () => ({ ok: true }) }],
  });
  const page = await createPageClient(otp.handler).get('/sign-in');
  assert.match(page.text, /<form [^>]*action="sign-in"[^>]* novalidate>/);
});

// Attack: a code for someone who left the plus out goes to a stranger whose number begins alike.
test('a number that could be two people is refused in words that help, by API and page, and nothing is sent', async () => {
  const identity = '4915112345678';
  const { otp, inbox } = createTestOtp({ defaultCountry: 'DE' });
  for (const [path, more] of [
    ['/api/v1/otp/request', {}],
    ['/api/v1/otp/verify', { otp: '482931' }],
  ] as const) {
    const { status, body } = await post(otp.handler, path, { identity, ...more });
    assert.deepEqual([status, body.code], [400, 'invalid_identity']);
    assert.match(body.detail, /start with \+ or 0/);
    assert.doesNotMatch(JSON.stringify(body), /15112345678/);
  }
  assert.deepEqual(await otp.request(identity), { status: 'invalid_identity', isAmbiguous: true });
  assert.deepEqual(await otp.request('nobody'), { status: 'invalid_identity' });
  for (const options of [{ defaultCountry: 'DE' }, {}]) {
    const { otp, inbox } = createTestOtp(options);
    const client = createPageClient(otp.handler);
    const country = options.defaultCountry ? {} : { country: 'DE' };
    const page = await client.submit(await client.get('/sign-in'), '/sign-in', { identity, ...country });
    assert.equal(page.path, '/sign-in');
    assert.match(page.text, /begin the number with \+ and the country code/);
    assert.match(page.text, /value="4915112345678"/);
    assert.equal(inbox.messages.length, 0);
    await client.submit(page, '/sign-in', { identity: `+${identity}`, ...country });
    assert.equal(inbox.messages.at(-1)?.to, `+${identity}`);
  }
  assert.equal(inbox.messages.length, 0);
});

test('a rule of the gate is read as identities are', async () => {
  const { otp, inbox } = createTestOtp({
    gateAllow: ['\uff20example.com\u00a0', '\uff0b\uff14\uff19', '\u200bbob@example.org', '+5215512345678'],
  });
  const wanted = ['alice@example.com', '+4915112345678', 'bob@example.org', '+525512345678'];
  for (const identity of [...wanted, 'alice@example.org', '+33612345678']) await otp.request(identity);
  await otp.close();
  assert.deepEqual(inbox.messages.map(({ to }) => to).sort(), wanted.sort());
});
