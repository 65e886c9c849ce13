import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnstileCheck } from '../../src/human-check/turnstile.js';
import type { HumanCheckContext } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import type { Fetch } from '../../src/transports/post.js';
import { keepOutcomes } from '../helpers/outcomes.js';

const siteKey = '1x00000000000000000000AA';
const secret = '1x0000000000000000000000000000000AA';
const context: HumanCheckContext = {
  budgetTag: 'tag',
  network: '192.0.2.0/24',
  purpose: 'login',
  pressure: 'none',
  ip: '192.0.2.7',
};

function createCheck(answer: () => Response | Promise<Response>, timeoutMs = 5000) {
  const { kept, outcomes } = keepOutcomes();
  const asked: { url: string; fields: Record<string, string> }[] = [];
  const fetch: Fetch = async (url, { body, signal }) => {
    asked.push({ url, fields: Object.fromEntries(new URLSearchParams(body)) });
    return Promise.race([
      Promise.resolve().then(answer),
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
  };
  return {
    asked,
    kept,
    check: createTurnstileCheck({ siteKey, secret, store: createMemoryStore(), outcomes, fetch, timeoutMs }),
  };
}

const reply =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });

test('it asks by the site key, and passes what Cloudflare calls a success, once it is asked', async () => {
  const { check, asked, kept } = createCheck(reply({ success: true, 'error-codes': [] }));
  assert.deepEqual(await check.ask(context), { provider: 'turnstile', siteKey });
  assert.equal(await check.passes('token', context), true);
  assert.deepEqual(asked, [
    {
      url: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
      fields: { secret, response: 'token', remoteip: '192.0.2.7' },
    },
  ]);
  assert.deepEqual(kept, []);
});

test('nothing but the token and the secret is sent where the address is not known', async () => {
  const { check, asked } = createCheck(reply({ success: true }));
  await check.passes('token', { ...context, ip: undefined });
  assert.deepEqual(Object.keys(asked[0]?.fields ?? {}), ['secret', 'response']);
});

for (const code of ['missing-input-response', 'invalid-input-response', 'timeout-or-duplicate']) {
  test(`a token that is to blame passes nobody and fills no log: ${code}`, async () => {
    // Attack: a token of another site, or one that was used.
    const { check, kept } = createCheck(reply({ success: false, 'error-codes': [code] }));
    assert.equal(await check.passes('token', context), false);
    assert.deepEqual(kept, []);
  });
}

const faults: [string, () => Response | Promise<Response>, RegExp][] = [
  [
    'a wrong secret',
    reply({ success: false, 'error-codes': ['invalid-input-secret'] }),
    /HUMAN_CHECK_SECRET/,
  ],
  ['no secret', reply({ success: false, 'error-codes': ['missing-input-secret'] }), /HUMAN_CHECK_SECRET/],
  ['a fault there', reply({ success: false, 'error-codes': ['internal-error'] }), /fault of its own/],
  ['an unknown code', reply({ success: false, 'error-codes': ['constructor'] }), /not known here/],
  ['no code', reply({ success: false }), /not known here/],
  ['another JSON', reply({ success: 'true' }), /not one of Turnstile/],
  ['an array', reply([true]), /not one of Turnstile/],
  ['a page', () => new Response('<html>'), /not one of Turnstile/],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://example.com' } }),
    /HTTP 302/,
  ],
  ['a status of 500', reply({ success: true }, 500), /HTTP 500/],
  [
    'no connection',
    () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' })),
    /refused the connection/,
  ],
  [
    'a private target',
    () => Promise.reject(Object.assign(new Error(), { code: 'ERR_PRIVATE_TARGET' })),
    /ERR_PRIVATE_TARGET/,
  ],
];
for (const [name, answer, cause] of faults) {
  test(`without an answer of Cloudflare nobody passes, and the log says why, without token or secret: ${name}`, async () => {
    const { check, kept } = createCheck(answer);
    assert.equal(await check.passes('token-of-a-person', context), false);
    assert.equal(kept.length, 1);
    const text = JSON.stringify(kept[0]);
    assert.match(text, cause);
    assert.ok(!text.includes('token-of-a-person') && !text.includes(secret));
  });
}

test('a token passes once, also where Cloudflare says yes 50 times at once', async () => {
  // Attack: send one token 50 times in one moment.
  const { check } = createCheck(reply({ success: true }));
  const passed = await Promise.all(Array.from({ length: 50 }, () => check.passes('token', context)));
  assert.equal(passed.filter(Boolean).length, 1);
  assert.equal(await check.passes('another-token', context), true);
});

test('silence is no answer: the call ends at its time limit', async (t) => {
  // A connection would keep the process alive; this time limit does not.
  const connection = setInterval(() => {}, 60_000);
  t.after(() => clearInterval(connection));
  const { check, kept } = createCheck(() => new Promise(() => {}), 100);
  assert.equal(await check.passes('token', context), false);
  assert.match(JSON.stringify(kept), /no answer in time/);
});

test('what cannot be a token is not sent', async () => {
  // Attack: use the service to send anything to Cloudflare.
  const { check, asked } = createCheck(reply({ success: true }));
  for (const text of ['', 'a b', 'a\nb', 'é', 'a'.repeat(2049)])
    assert.equal(await check.passes(text, context), false);
  assert.deepEqual(asked, []);
});
