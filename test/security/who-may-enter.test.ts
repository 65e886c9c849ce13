import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { deriveKeys } from '../../src/core/keys.js';
import { createPolicy } from '../../src/core/policy.js';
import { createDelivery } from '../../src/delivery/delivery.js';
import { resolveOptions } from '../../src/options/resolve.js';
import type { OtpOptions } from '../../src/otp.js';
import type { MonotonicClock, Random, Receipt, Transport } from '../../src/ports.js';
import { createService } from '../../src/service.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualMonotonicClock, createManualTime, settle } from '../helpers/clock.js';
import { createGateFile } from '../helpers/gate-file.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';
import { noOutcomes } from '../helpers/outcomes.js';

const queueMax = 4;
const trialsOfEach = 3000;
const stepMs = 25;
/** Beyond any time limit of a message. */
const longestMs = 8000;

/** Repeatable bytes: the n-th call gives HMAC(seed, n). */
function createSeededRandom(seed: string): Random & { share(): number } {
  let calls = 0;
  const bytes = (size: number) =>
    createHmac('sha256', seed).update(String(calls++)).digest().subarray(0, size);
  return {
    bytes,
    id: () => bytes(16).toString('base64url'),
    share: () => bytes(4).readUInt32BE() / 2 ** 32,
  };
}

/** What says that codes are sent to example.com alone. */
const rules = {
  'a hook': { shouldSend: async (identity: string) => identity.endsWith('@example.com') },
  GATE_ALLOW: { gateAllow: ['@example.com', '+49'] },
  GATE_FILE: {
    gateFile: createGateFile({
      hosts: {
        'app.example.com': { allow: ['alice@example.com'], public: ['/'] },
        '*.example.com': { allow: ['@example.com', '+49'] },
      },
      groups: { all: ['person1@example.com', 'person1@example.org'] },
    }).path,
  },
};

/** As `createOtp` makes it of the options. */
function createShouldSend(options: Partial<OtpOptions>, clock: MonotonicClock) {
  const { transport } = createInbox();
  const resolved = resolveOptions({ secretKey, jwtSecret, transports: [transport], ...options });
  return resolved.chooseRecipients(resolved.openEntry(clock, noOutcomes).admits);
}

/** A service that sends codes to example.com alone, by a provider as providers are. */
function createKit(seed: string, options: Partial<OtpOptions>) {
  const { clock, monotonicClock } = createManualTime();
  const random = createSeededRandom(seed);
  const luck = createSeededRandom(`${seed} luck`);
  const refusal = { ok: false, detail: 'test' } as const;
  const transport: Transport = {
    name: 'test',
    channels: ['email'],
    send: () =>
      new Promise<Receipt>((resolve) => {
        const fate = luck.share();
        if (fate < 0.02) return; // Never answers.
        // Promises run when the clock has moved a whole step: times between would be measured as the end of it.
        const answer = (receipt: Receipt, ms: number) =>
          monotonicClock.after(Math.ceil(ms / stepMs) * stepMs, () => resolve(receipt));
        const busy = { category: 'unavailable', fault: 'recipient', retryable: true } as const;
        if (fate < 0.15) answer({ ...refusal, ...busy }, 20 + 30 * luck.share());
        else if (fate < 0.25) answer({ ...refusal, category: 'rejected', retryable: false }, 60);
        else answer({ ok: true }, 80 + 400 * luck.share() ** 3);
      }),
  };
  const delivery = createDelivery({
    transports: [transport],
    timeoutMs: 5000,
    mode: 'background',
    queueMax,
    discretion: { spreadMs: 0, random },
    clock: monotonicClock,
    outcomes: noOutcomes,
  });
  const service = createService({
    policy: createPolicy(),
    keys: deriveKeys({ secret: Buffer.from(secretKey, 'base64') }),
    store: createMemoryStore({ clock }),
    delivery,
    outcomes: noOutcomes,
    signOut: async () => 0,
    issueToken: async () => ({ accessToken: '', expiresInSeconds: 0 }),
    render: () => ({ locale: 'en', subject: '', text: '' }),
    random,
    testIdentities: new Map(),
    shouldSend: createShouldSend(options, createManualMonotonicClock()),
    clock,
    monotonicClock,
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { delivery, service, pass, luck };
}

/** Probability that one of the first is larger than one of the others; half of those that are equal. */
function computeAuc(first: number[], others: number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...others.map((value) => ({ value, isFirst: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    for (let i = start; i < end; i++) if (all[i]?.isFirst) rankSum += (start + end + 1) / 2;
    start = end;
  }
  return (rankSum - (first.length * (first.length + 1)) / 2) / (first.length * others.length);
}

/** What a stranger sees of one request. */
interface Trial {
  answer: string;
  /** How many promises passed before the answer. */
  turns: number;
  /** When the place of the message was free again. */
  heldMs: number;
}

async function observe(kit: ReturnType<typeof createKit>, identity: string, isFull: boolean): Promise<Trial> {
  const { service, delivery, pass } = kit;
  const others = Array.from({ length: isFull ? queueMax - 1 : 0 }, () => delivery.reserve('email'));
  let turns = 0;
  let isAnswered = false;
  const asking = service.request(identity, { bind: true }).finally(() => {
    isAnswered = true;
  });
  for (; !isAnswered; turns++) await undefined;
  const result = await asking;
  const answer = JSON.stringify({ ...result, challenge: 'challenge' in result });
  // From outside, a request for an identity without sends left tells the same and takes no place.
  const seesFull = async () => {
    const slots = Array.from({ length: isFull ? 1 : queueMax }, () => delivery.reserve('email'));
    for (const slot of slots) slot?.release?.();
    return slots.includes(null);
  };
  let heldMs = 0;
  while (await seesFull()) {
    const ms = heldMs < 500 ? stepMs : 10 * stepMs;
    await pass(ms);
    heldMs += ms;
    assert.ok(heldMs <= longestMs, 'the place is never free again');
  }
  for (const slot of others) slot?.release?.();
  return { answer, turns, heldMs };
}

// Attack: keep the queue full, or watch it while it is empty, and tell from the places that are free who may enter.
for (const [name, options] of Object.entries(rules)) {
  for (const isFull of [false, true]) {
    test(`by ${name}, with the queue ${isFull ? 'full' : 'empty'}, nothing tells allowed people from muted ones`, async () => {
      const kit = createKit(`who may enter ${isFull}`, options);
      const trials = { allowed: [] as Trial[], muted: [] as Trial[] };
      // Some traffic first: nobody has been sent anything yet.
      for (let i = 0; i < 100; i++) await observe(kit, `before${i}@example.com`, isFull);
      for (let i = 0; trials.allowed.length + trials.muted.length < 2 * trialsOfEach; i++) {
        const wanted = kit.luck.share() < 0.5 ? 'allowed' : 'muted';
        const kind =
          trials[wanted].length < trialsOfEach ? wanted : wanted === 'allowed' ? 'muted' : 'allowed';
        const domain = kind === 'allowed' ? 'example.com' : 'example.org';
        trials[kind].push(await observe(kit, `person${i}@${domain}`, isFull));
      }
      const { allowed, muted } = trials;
      assert.deepEqual(
        new Set(muted.map(({ answer }) => answer)),
        new Set(allowed.map(({ answer }) => answer)),
      );
      for (const read of [({ turns }: Trial) => turns, ({ heldMs }: Trial) => heldMs]) {
        const auc = computeAuc(allowed.map(read), muted.map(read));
        assert.ok(Math.abs(auc - 0.5) <= 0.03, `AUC ${auc}`);
      }
      assert.ok(
        new Set(allowed.map(({ heldMs }) => heldMs)).size > 10,
        'places are held for different times',
      );
    });
  }
}

test('the measure tells apart what differs', () => {
  assert.equal(computeAuc([3, 4, 5], [0, 1, 2]), 1);
  assert.equal(computeAuc([0, 1, 2], [3, 4, 5]), 0);
  assert.equal(computeAuc([1, 1], [1, 1]), 0.5);
  assert.equal(computeAuc([1, 3], [2, 2]), 0.5);
});
