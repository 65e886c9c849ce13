import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { createOutlook } from '../../src/cli/outlook.js';
import { computeStatelessOdds } from '../../src/cli/stateless.js';
import { computeWindowOdds } from '../../src/cli/window-odds.js';
import { deriveKeys } from '../../src/core/keys.js';
import { createPolicy, limitPeriodSeconds, type Policy } from '../../src/core/policy.js';
import { createDelivery } from '../../src/delivery/delivery.js';
import type { Store } from '../../src/ports.js';
import { createService } from '../../src/service.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { createWindowStore } from '../../src/stores/window.js';
import { createManualClock, createManualMonotonicClock } from '../helpers/clock.js';
import { createInbox, secretKey } from '../helpers/otp.js';
import { noOutcomes } from '../helpers/outcomes.js';
import { createSeededRandom } from '../helpers/seeded-random.js';

const daySeconds = 86_400;
const yearSeconds = 365 * daySeconds;

/** A process whose challenges come from a fixed seed, so that the outcome is one fixed sample. */
function createProcess(store: Store, policy: Partial<Policy>, clock: () => number, seed: string) {
  const inbox = createInbox();
  const monotonicClock = createManualMonotonicClock();
  const service = createService({
    policy: createPolicy(policy),
    keys: deriveKeys({ secret: Buffer.from(secretKey, 'base64') }),
    codeAlphabet: store.codeAlphabet,
    store,
    delivery: createDelivery({
      transports: [inbox.transport],
      timeoutMs: 1000,
      mode: 'direct',
      queueMax: 1,
      clock: monotonicClock,
      outcomes: noOutcomes,
    }),
    outcomes: noOutcomes,
    signOut: async () => 0,
    issueToken: async () => ({ accessToken: '', expiresInSeconds: 0 }),
    render: () => ({ locale: 'en', subject: '', text: '' }),
    random: createSeededRandom(seed),
    testIdentities: new Map(),
    clock,
    monotonicClock,
  });
  return { service, inbox };
}

/** Within three standard deviations: a sample that the formula describes is there 99.7 times in 100. */
function assertMeets(hits: number, tries: number, odds: number, diagnose: (line: string) => void): void {
  const expected = tries * odds;
  const sigma = Math.sqrt(expected * (1 - odds));
  const line = `${hits} of ${tries} taken over, ${expected.toFixed(1)} ± ${(3 * sigma).toFixed(1)} by the formula`;
  diagnose(line);
  assert.ok(Math.abs(hits - expected) <= 3 * sigma, line);
}

const noThresholds = { priceSms: undefined, maxOdds: undefined, maxBill: undefined };

// Attack: guess at one identity, from processes that know nothing of each other, with every challenge one can get.
test('two letters that stand for twelve are hit as often as check says for STORE=none', async (t) => {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const [people, guesses, attempts] = [1000, 100, 5];
  const clock = createManualClock();
  const draws = createSeededRandom('two letters, guessed');
  const policy = { maxAttempts: attempts, requestIdentityMax: 1_000_000 };
  let hits = 0;
  for (let person = 0; person < people; person++) {
    const identity = `user:${person}`;
    // Each has a process of its own, with attempts of its own.
    const store = createStatelessStore({ clock });
    const { service, inbox } = createProcess(store, policy, clock, `two letters of ${person}`);
    let isHit = false;
    for (let guess = 0; guess < guesses && !isHit; guess += attempts) {
      const sent = await service.request(identity);
      assert.ok(sent.status === 'sent' && sent.challenge);
      const { challenge } = sent;
      const rest = inbox.lastCode().slice(2);
      for (let attempt = 0; attempt < attempts && !isHit; attempt++) {
        const [one = 0, other = 0] = draws.bytes(2);
        const two = `${letters[one % 32]}${letters[other % 32]}`;
        const { status } = await service.verify(identity, `${two}${rest}`, { challenge });
        assert.ok(status === 'valid' || status === 'invalid', status);
        isHit = status === 'valid';
      }
    }
    if (isHit) hits += 1;
  }
  assertMeets(hits, people, computeStatelessOdds(guesses, 2), (line) => t.diagnostic(line));
  const { config } = loadConfig({ STORE: 'none' });
  assert.ok(config);
  const { identityYear } = createOutlook(config, noThresholds).odds;
  assert.equal(identityYear, computeStatelessOdds(1000 * yearSeconds, 12));
  assert.equal(identityYear.toExponential(1), '2.7e-8');
});

// Attack: guess all day at people who have asked for nothing, as fast as their limit allows.
describe('codes of four digits are hit in a day as often as check says for OTP_MODE=window', () => {
  for (const [drift, max] of [
    [1, 4],
    [3, 2],
  ] as const) {
    test(`with a drift tolerance of ${drift} and ${max} verifies in ten minutes`, async (t) => {
      const people = 500;
      const settings = {
        OTP_MODE: 'window',
        OTP_ALLOW_UNREQUESTED_CODES: 'true',
        OTP_DIGITS: '4',
        OTP_DRIFT_TOLERANCE: String(drift),
        RATE_VERIFY_OTP_MAX: String(max),
      };
      const { config } = loadConfig(settings);
      assert.ok(config);
      const clock = createManualClock();
      const draws = createSeededRandom(`four digits, drift ${drift}`);
      const store = createWindowStore({ windowSeconds: 300, driftTolerance: drift, clock });
      const policy = { digits: 4, verifyIdentityMax: max };
      const { service } = createProcess(store, policy, clock, 'no challenges');
      const left = new Set(Array.from({ length: people }, (_, person) => `user:${person}`));
      for (let passed = 0; passed < daySeconds; passed += limitPeriodSeconds) {
        for (const identity of left) {
          for (let guess = 0; guess <= max; guess++) {
            const code = String(Buffer.from(draws.bytes(4)).readUInt32BE() % 10_000).padStart(4, '0');
            const { status } = await service.verify(identity, code);
            if (status === 'valid') left.delete(identity);
            if (status !== 'invalid') {
              assert.ok(status === 'valid' || guess === max, `${status} after ${guess} guesses`);
              break;
            }
          }
        }
        clock.advance(limitPeriodSeconds * 1000);
      }
      const day = computeWindowOdds(config);
      assertMeets(people - left.size, people, day, (line) => t.diagnostic(line));
      const { identityYear } = createOutlook(config, noThresholds).odds;
      assert.ok(Math.abs(identityYear - (1 - (1 - day) ** 365)) < 1e-9);
    });
  }
});
