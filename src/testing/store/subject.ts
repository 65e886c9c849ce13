import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe } from 'node:test';
import type { Store } from '../../ports.js';
import type * as verbs from '../../store-verbs.js';

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

export type Suite = (createHarness: CreateStoreHarness) => void;

/** The suites of optional verbs run only on a store that has them. */
type FullStore = Required<Store>;
type Answer<Result, Status> = Result & { status: Status };
export type Opened = Answer<verbs.OpenResult, 'opened'>;
type Counted = Answer<verbs.AttemptResult, 'counted'>;
export type Subject = ReturnType<typeof useStore>;

export const windowSeconds = 300;
export const periodSeconds = 600;
export const memorySeconds = 46 * 24 * 3600;
export const hourMs = 3_600_000;

const lengthening = { after: 10, digits: 10, maxAttempts: 3, memorySeconds };
const verifies = { max: 1000, periodSeconds };

/**
 * One part of the contract.
 *
 * @param defaults what its calls of `open` have unless they say otherwise
 */
export function storeSuite(
  title: string,
  defaults: Partial<verbs.OpenRequest>,
  declareTests: (subject: Subject) => void,
): Suite {
  return (createHarness) => describe(title, () => declareTests(useStore(createHarness, defaults)));
}

/**
 * A fresh store for each test of the suite around it, with calls about one identity that leave out what the test does not care
 * about.
 */
export function useStore(createHarness: CreateStoreHarness, defaults: Partial<verbs.OpenRequest> = {}) {
  let harness: StoreHarness;
  let startedAt = 0;

  const subject = {
    store: undefined as unknown as FullStore,
    key: createKey(),
    lengthening: defaults.lengthening ?? lengthening,
    unlimited: { lengthening: { ...lengthening, after: 0 } },
    connect: async (): Promise<FullStore> => (await harness.connect()) as FullStore,
    advance: (ms: number) => harness.advance(ms),
    /** Calls at the same time, from several processes in turn. */
    async race<Result>(
      times: number,
      call: (store: FullStore, index: number) => Promise<Result>,
      processes = 2,
    ): Promise<Result[]> {
      const stores = [subject.store];
      while (stores.length < processes) stores.push(await subject.connect());
      return Promise.all(
        Array.from({ length: times }, (_, i) => call(stores[i % processes] as FullStore, i)),
      );
    },
    /** A store's clock may run on by itself while a test works, however slowly it does, but never backwards. */
    mustBeNear(ms: number, expected: number): void {
      const slack = 1500 + (performance.now() - startedAt);
      assert.ok(ms <= expected && ms > expected - slack, `${ms} instead of ${expected}`);
    },
    /** The answer must be a refusal of this kind that names this time. */
    mustWait(
      result: verbs.OpenResult | verbs.AttemptResult,
      refusal: 'limited' | 'blocked' | 'pending',
      ms: number,
    ): void {
      subject.mustBeNear(mustBe(result, refusal).retryAfterMs, ms);
    },
    open: (changes: Partial<verbs.OpenRequest> = {}, by?: Store): Promise<verbs.OpenResult> =>
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
    /** With what the tests most often ask of the record. */
    async mustOpen(
      changes?: Partial<verbs.OpenRequest>,
    ): Promise<Opened & { challenge: string; digits: number }> {
      const opened = mustBe(await subject.open(changes), 'opened');
      const { challenge, digits } = opened.record;
      return { ...opened, challenge, digits };
    },
    attempt: (changes: Partial<verbs.AttemptRequest> = {}, by?: Store): Promise<verbs.AttemptResult> =>
      (by ?? subject.store).attempt({
        ...subject.key,
        keyIds: ['key1'],
        verifies,
        lengthening: subject.lengthening,
        ...changes,
      }),
    mustAttempt: async (changes?: Partial<verbs.AttemptRequest>): Promise<Counted> =>
      mustBe(await subject.attempt(changes), 'counted'),
    async guess(times: number, changes: Partial<verbs.AttemptRequest> = {}): Promise<void> {
      for (let i = 0; i < times; i++) await subject.mustAttempt(changes);
    },
    /** A store may return the time of the sign-in instead of true. */
    consume: async (
      recordChallenge: string,
      changes: Partial<verbs.ConsumeRequest> = {},
      by?: Store,
    ): Promise<boolean> =>
      (await (by ?? subject.store).consume({ ...subject.key, recordChallenge, ...changes })) !== false,
    release: (opened: Opened, changes: Partial<verbs.ReleaseRequest> = {}): Promise<unknown> =>
      subject.store.release({
        ...subject.key,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        limits: [{ max: 10, periodSeconds }],
        ...changes,
      }),
    inspect: (key?: verbs.RecordKey): ReturnType<FullStore['inspect']> =>
      subject.store.inspect({ ...(key ?? subject.key), periodSeconds }),
    clear: (changes: Partial<verbs.ClearRequest>, by?: FullStore): Promise<verbs.ClearResult> =>
      (by ?? subject.store).clear({
        ...subject.key,
        records: false,
        counts: false,
        signOutSeconds: 0,
        ...changes,
      }),
    isEnded: (authTimeSeconds: number, changes: Partial<verbs.EndedRequest> = {}): Promise<boolean> =>
      subject.store.ended({ ...subject.key, names: [], authTimeSeconds, ...changes }),
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

/** @returns the same answer, which must have this status */
export function mustBe<Result extends { status: string }, Status extends Result['status']>(
  result: Result,
  status: Status,
): Answer<Result, Status> {
  assert.equal(result.status, status);
  return result as Answer<Result, Status>;
}

/** How many of these calls, one after the other, succeed. */
export async function countSuccesses(times: number, call: () => Promise<boolean>): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) if (await call()) count += 1;
  return count;
}

/** An identity that nobody has asked for yet. */
export function createKey(): verbs.RecordKey {
  const tag = createTag();
  return { identityTag: tag, budgetTag: tag, recordTag: createTag() };
}

export function createTag(): string {
  return randomBytes(16).toString('base64url');
}
