import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faultOf, isDefinite, refusalCategories } from '../../src/core/refusal.js';
import { createBreaker } from '../../src/delivery/breaker.js';
import type { Receipt } from '../../src/ports.js';
import { createManualMonotonicClock } from '../helpers/clock.js';

const down: Receipt = { ok: false, category: 'unavailable', retryable: true, detail: 'down' };
const busy: Receipt = { ...down, fault: 'recipient' };
const ours: Receipt = { ok: false, category: 'unauthorized', retryable: false, detail: 'key' };

function createKit() {
  const clock = createManualMonotonicClock();
  const plain = createBreaker(clock);
  const to = (recipient: string) => ({ channel: 'custom' as const, to: recipient });
  const breaker = {
    allows: (recipient: string) => !plain.isOpen || plain.takeProbe(to(recipient)),
    record: (recipient: string, receipt: Receipt) => plain.record(to(recipient), receipt),
  };
  const fail = (...recipients: string[]) => {
    for (const recipient of recipients) breaker.record(recipient, down);
  };
  return { clock, breaker, fail, isOpen: () => !breaker.allows('someone.example') };
}

test('five connection faults of three recipients open it; fewer do not', () => {
  for (const [recipients, opens] of [
    ['aaabb', false],
    ['abcd', false],
    ['aaaab', false],
    ['aaabc', true],
    ['abcab', true],
    ['abcde', true],
  ] as const) {
    const { fail, isOpen } = createKit();
    fail(...recipients);
    assert.equal(isOpen(), opens, recipients);
  }
});

// Attack: own a domain that makes the provider fail, and ask for codes there until nobody gets any.
test('one or two recipients never open it, however often they fail', () => {
  const { fail, isOpen, clock } = createKit();
  for (let i = 0; i < 1000; i++) {
    fail(i % 2 === 0 ? 'one.example' : 'two.example');
    clock.advance(7);
  }
  assert.equal(isOpen(), false);
});

// Attack: have messages refused, by way of many numbers and domains.
test('only connection faults open it, whatever else is refused', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          recipient: fc.integer({ min: 0, max: 20 }).map(String),
          category: fc.constantFrom(...refusalCategories),
          fault: fc.constantFrom('recipient' as const, 'account' as const),
        }),
        { maxLength: 100 },
      ),
      (refusals) => {
        const { breaker, isOpen } = createKit();
        for (const { recipient, category, fault } of refusals) {
          breaker.record(recipient, { ok: false, category, fault, retryable: true, detail: '' });
        }
        assert.equal(isOpen(), false);
      },
    ),
    { seed: 29 },
  );
});

test('it opens exactly when the rule says so', () => {
  const event = fc.record({
    recipient: fc.integer({ min: 0, max: 4 }).map(String),
    kind: fc.constantFrom('down', 'down', 'down', 'down', 'ok', 'busy', 'ours'),
    afterMs: fc.constantFrom(0, 100, 4000, 9000, 30_000),
  });
  const receipts: Record<string, Receipt> = { down, busy, ours, ok: { ok: true } };
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const { breaker, clock, isOpen } = createKit();
      let faults: { recipient: string; at: number }[] = [];
      for (const { recipient, kind, afterMs } of events) {
        clock.advance(afterMs);
        breaker.record(recipient, receipts[kind] as Receipt);
        if (kind === 'ok') faults = [];
        if (kind === 'down') faults.push({ recipient, at: clock.now() });
        faults = faults.filter(({ at }) => at > clock.now() - 30_000);
        const recipients = new Set(faults.map((one) => one.recipient));
        if (faults.length >= 5 && recipients.size >= 3) return assert.ok(isOpen());
      }
      assert.ok(!isOpen());
    }),
    { seed: 29, numRuns: 1000 },
  );
});

test('faults count for 30 seconds, and until a message is accepted', () => {
  const { fail, isOpen, clock, breaker } = createKit();
  fail('a', 'b', 'c', 'd');
  clock.advance(30_000);
  fail('e');
  assert.equal(isOpen(), false);
  fail('a', 'b', 'c');
  breaker.record('z', { ok: true });
  fail('d');
  assert.equal(isOpen(), false);
});

test('while open it lets one probe through after each pause, and the first answer closes it', () => {
  for (const answer of [{ ok: true }, ours, { ...ours, category: 'invalid_recipient' }] as Receipt[]) {
    const { fail, clock, breaker } = createKit();
    fail('a', 'b', 'c', 'd', 'e');
    assert.equal(breaker.allows('a'), false);
    clock.advance(2000);
    assert.equal(breaker.allows('a'), true);
    assert.equal(breaker.allows('a'), false);
    fail('a');
    clock.advance(1999);
    assert.equal(breaker.allows('b'), false);
    clock.advance(1);
    assert.equal(breaker.allows('b'), true);
    breaker.record('b', answer);
    assert.equal(breaker.allows('a'), true);
    // From then on it takes as many faults again.
    fail('a', 'b', 'c', 'd');
    assert.equal(breaker.allows('x'), true);
  }
});

// Attack: own three slow domains, and take each probe, so that nobody else's message finds out that the provider is up.
test('recipients that fail take no probe from the others', () => {
  const { fail, clock, breaker } = createKit();
  fail('a.evil', 'b.evil', 'c.evil', 'a.evil', 'b.evil');
  clock.advance(2000);
  for (let i = 0; i < 10; i++) {
    if (breaker.allows('a.evil')) fail('a.evil');
  }
  assert.equal(breaker.allows('honest.example'), true);
  breaker.record('honest.example', { ok: true });
  assert.equal(breaker.allows('next.example'), true);
});

test('what a category means by itself is told in one place', () => {
  const told = refusalCategories.map((category) => [category, faultOf({ category }), isDefinite(category)]);
  assert.deepEqual(told, [
    ['invalid_recipient', 'recipient', true],
    ['rejected', 'account', true],
    ['unauthorized', 'account', true],
    ['rate_limited', 'account', true],
    ['unavailable', 'connection', true],
    ['timeout', 'connection', false],
    ['unknown', 'connection', false],
  ]);
});
