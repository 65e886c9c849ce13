import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach } from 'node:test';
import type { Store } from '../../ports.js';
import type {
  AttemptRequest,
  AttemptResult,
  ConsumeRequest,
  OpenRequest,
  OpenResult,
  RecordKey,
  ReleaseRequest,
} from '../../store-verbs.js';

/** What a store's own test provides. */
export interface StoreHarness {
  /** One more caller on the same memory, as another process would be. */
  connect(): Promise<Store>;
  /** Moves the store's clock forward, by milliseconds. */
  advance(ms: number): Promise<void>;
  /** Closes every store that was connected. */
  close(): Promise<void>;
}

/** Called before each test. Tags are fresh for each test, so the memory may be shared. */
export type CreateStoreHarness = () => Promise<StoreHarness>;

export type Opened = Extract<OpenResult, { status: 'opened' }>;

export const windowSeconds = 300;
export const periodSeconds = 600;
export const memorySeconds = 46 * 24 * 3600;

const lengthening = { after: 10, digits: 10, maxAttempts: 3, memorySeconds };
const verifies = { max: 1000, periodSeconds };

/**
 * The store of each test of the suite around it, with calls about one identity that leave out what the test does not care about.
 * `defaults` are what the suite wants otherwise.
 */
export function useStore(createHarness: CreateStoreHarness, defaults: Partial<OpenRequest> = {}) {
  let harness: StoreHarness;
  let startedAt = 0;

  const subject = {
    // The suites of optional verbs run only on a store that has them.
    store: undefined as unknown as Required<Store>,
    key: createKey(),
    lengthening: defaults.lengthening ?? lengthening,
    unlimited: { lengthening: { ...lengthening, after: 0 } },
    verifies,
    connect: async (): Promise<Required<Store>> => (await harness.connect()) as Required<Store>,
    advance: (ms: number) => harness.advance(ms),
    /** A store's clock may run on by itself while a test works, however slowly it does, but never backwards. */
    near: (ms: number, expected: number) =>
      ms <= expected && ms > expected - 1500 - (performance.now() - startedAt),
    open: (changes: Partial<OpenRequest> = {}, by?: Store): Promise<OpenResult> =>
      (by ?? subject.store).open({
        ...subject.key,
        bind: false,
        newChallenge: createTag(),
        keyIds: ['key1'],
        channel: 'email',
        digits: 6,
        windowSeconds,
        maxAttempts: 5,
        resend: 'reuse',
        cooldownSeconds: 0,
        staleSeconds: 60,
        sends: { max: 1000, periodSeconds },
        lengthening,
        mute: false,
        ...defaults,
        ...changes,
      }),
    async mustOpen(changes?: Partial<OpenRequest>): Promise<Opened> {
      const result = await subject.open(changes);
      assert.ok(result.status === 'opened', result.status);
      return result;
    },
    attempt: (changes: Partial<AttemptRequest> = {}, by?: Store): Promise<AttemptResult> =>
      (by ?? subject.store).attempt({
        ...subject.key,
        keyIds: ['key1'],
        verifies,
        lengthening: subject.lengthening,
        ...changes,
      }),
    async guess(times: number, changes: Partial<AttemptRequest> = {}): Promise<void> {
      for (let i = 0; i < times; i++) assert.equal((await subject.attempt(changes)).status, 'counted');
    },
    /** A store may return the time of the sign-in instead of true. */
    consume: async (
      recordChallenge: string,
      changes: Partial<ConsumeRequest> = {},
      by?: Store,
    ): Promise<boolean> =>
      (await (by ?? subject.store).consume({ ...subject.key, recordChallenge, ...changes })) !== false,
    release: (opened: Opened, changes: Partial<ReleaseRequest> = {}): Promise<unknown> =>
      subject.store.release({
        ...subject.key,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        limits: [{ max: 10, periodSeconds }],
        ...changes,
      }),
  };

  beforeEach(async () => {
    startedAt = performance.now();
    harness = await createHarness();
    subject.store = await subject.connect();
    subject.key = createKey();
  });
  afterEach(() => harness.close());
  return subject;
}

/** An identity that nobody has asked for yet. */
export function createKey(): RecordKey {
  const tag = createTag();
  return { identityTag: tag, budgetTag: tag, recordTag: createTag() };
}

export function createTag(): string {
  return randomBytes(16).toString('base64url');
}
