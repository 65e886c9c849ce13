import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGate } from '../../src/core/gate.js';
import { canonicalise, type Identity, parseCanonical } from '../../src/core/identity.js';
import type { OtpOptions } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { createGateFile } from '../helpers/gate-file.js';
import { createTestOtp } from '../helpers/otp.js';
import { createPageClient } from '../helpers/page-client.js';
import { until } from '../helpers/until.js';

/** E-mail addresses that begin like phone numbers. */
const disguised = ['+49x@evil.example', '+49@evil.example', '+4915112345678@evil.example'];

/** A token of each identity, from before there was a gate; then the same service with one. */
async function startGate(identities: readonly string[], options: Partial<OtpOptions>) {
  const clock = createManualClock();
  const shared = { clock, store: createMemoryStore({ clock }) };
  const before = createTestOtp(shared);
  const tokens = new Map<string, string>();
  for (const identity of identities) {
    const result = await before.otp.verify(identity, await before.obtain(identity));
    assert.ok(result.status === 'valid');
    tokens.set(identity, result.accessToken);
  }
  return { ...createTestOtp({ ...shared, ...options }), tokens };
}

// Attack: own a mailbox whose address begins with an allowed prefix of phone numbers.
test('a rule for phone numbers lets no e-mail address in: no message, no door', async () => {
  await assertPhonesAlone({ gateAllow: ['+49'] });
  await assertPhonesAlone({
    gateFile: createGateFile({ hosts: { '*.example.com': { allow: ['+49'] } } }).path,
  });
});

async function assertPhonesAlone(options: Partial<OtpOptions>): Promise<void> {
  const phone = '+4915112345678';
  const { otp, inbox, tokens } = await startGate([...disguised, 'x49:1', phone], options);
  const ask = (identity: string) =>
    otp.handler(
      new Request('http://localhost/authz/auth-request', {
        headers: {
          Authorization: `Bearer ${tokens.get(identity)}`,
          'X-Original-URL': 'https://app.example.com/',
        },
      }),
    );
  for (const identity of [...disguised, 'x49:1']) {
    assert.equal((await ask(identity)).status, 403, identity);
    await otp.request(identity);
  }
  assert.equal((await ask(phone)).status, 200);
  await otp.request(phone);
  await until('a message goes out', () => inbox.messages.length > 0);
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    [phone],
  );
}

// Attack: an address that begins with a plus reaches the application as someone's phone number.
test('the headers of the gate name an e-mail address as one, however it begins', async () => {
  const { otp, tokens } = await startGate(disguised, {});
  for (const [identity, token] of tokens) {
    const { headers } = await otp.handler(
      new Request('http://localhost/authz/auth-request', { headers: { Authorization: `Bearer ${token}` } }),
    );
    assert.deepEqual(
      ['remote-user', 'remote-email', 'remote-phone'].map((name) => headers.get(name)),
      [identity, identity, ''],
    );
  }
});

test('the page masks an e-mail address as one and offers it no calls, however it begins', async () => {
  for (const identity of disguised) {
    const client = createPageClient(createTestOtp().otp.handler);
    const page = await client.submit(await client.get('/sign-in'), '/sign-in', { identity });
    assert.equal(page.path, '/sign-in/code');
    assert.ok(page.text.includes(`<bdi dir="ltr">${identity.replaceAll("'", '&#39;')}</bdi>`), page.text);
    assert.doesNotMatch(page.text, /name="channel"/);
  }
});

test('an e-mail address gets e-mail and nothing else, however it begins', async () => {
  const { otp, inbox } = createTestOtp();
  for (const identity of disguised) {
    assert.equal((await otp.request(identity)).status, 'sent');
    const [message] = inbox.messages.slice(-1);
    assert.deepEqual([message?.to, message?.channel], [identity, 'email']);
    for (const channel of ['sms', 'whatsapp', 'voice'] as const) {
      assert.equal((await otp.request(identity, { channel })).status, 'unsupported_channel');
    }
  }
});

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const word = fc.string({ unit: fc.constantFrom(...'abz019+-_.:'), minLength: 1, maxLength: 8 });
const texts = fc.oneof(
  fc
    .tuple(fc.constantFrom('+', '+49', '+1', '+4915', ''), word, fc.constantFrom('evil.example', 'b.co'))
    .map(([start, local, domain]) => `${start}${local}@${domain}`),
  fc.tuple(word, word).map(([kind, id]) => `${kind}:${id}`),
  digits(9, 9).map((rest) => `+4915${rest}`),
  digits(7, 7).map((rest) => `+1415${rest}`),
  fc.constantFrom('+4915112345678', '+14155550123', ...disguised, '49:1', 'evil.example:1', 'b.co:b'),
);
const identities = texts
  .map((text) => canonicalise(text))
  .filter((identity): identity is Identity => !!identity);
const rules = fc.oneof(
  digits(0, 4).map((rest) => `+4${rest}`),
  digits(0, 2).map((rest) => `+1${rest}`),
  fc.constantFrom('@evil.example', '@b.co', '@other.example'),
  identities.map(({ value }) => value),
);

// Attack: an identity of one kind that is spelled like a rule for another.
test('a rule for numbers admits numbers alone, a rule for a domain addresses alone, any other one identity', () => {
  const admitted = new Set<string>();
  fc.assert(
    fc.property(rules, identities, (rule, { kind, value }) => {
      if (!createGate([rule])(value)) return;
      if (value === rule) return;
      assert.equal(kind, rule.startsWith('@') ? 'email' : 'phone', `${rule} admits ${value}`);
      assert.ok(kind === 'email' ? value.endsWith(rule) : value.startsWith(rule), `${rule} admits ${value}`);
      admitted.add(kind);
    }),
    { numRuns: 20_000, seed: 12 },
  );
  assert.deepEqual([...admitted].sort(), ['email', 'phone']);
});

test('canonical text tells its own kind, and other text is no identity', () => {
  fc.assert(
    fc.property(identities, (identity) => assert.deepEqual(parseCanonical(identity.value), identity)),
    { numRuns: 5000, seed: 12 },
  );
  for (const text of [
    ...['', '+', '@', ':', 'admin', '49', '+0491', '+49x', '+49 151', `+${'1'.repeat(16)}`, 'user:', ':42'],
    ...[
      'Alice@example.com',
      'alice@example',
      'alice@b\u00fccher.example',
      'a@b@example.com',
      ' a@example.com',
    ],
    ...['a@example.com\n', '+4915112345678\n', 'user:42\n', `${'a'.repeat(65)}@example.com`],
    ...[`u:${'x'.repeat(127)}`, `${'a'.repeat(64)}@${'b.'.repeat(100)}com`],
  ]) {
    assert.equal(parseCanonical(text), null, JSON.stringify(text));
  }
});
