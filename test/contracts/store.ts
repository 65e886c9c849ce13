import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { channels } from '../../src/core/policy.js';
import type { Store } from '../../src/ports.js';
import type {
  AttemptRequest,
  ConsumeRequest,
  OpenRequest,
  OpenResult,
  RecordKey,
  ReleaseRequest,
} from '../../src/store-verbs.js';

/** What a store's own test provides. */
export interface StoreHarness {
  /** One more caller on the same memory, as another process would be. */
  connect(): Promise<Store>;
  /** Moves the store's clock. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const windowSeconds = 300;
const periodSeconds = 600;
const memorySeconds = 46 * 24 * 3600;

/** The properties that every store has. Tags are fresh for each test, so the memory may be shared. */
export function describeStore(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps the store contract`, () => {
    let harness: StoreHarness;
    let store: Store;
    let identity: RecordKey;
    let startedAt = 0;

    /** A store's clock may run on by itself while a test works, however slowly it does, but never backwards. */
    const near = (ms: number, expected: number) =>
      ms <= expected && ms > expected - 1500 - (performance.now() - startedAt);

    beforeEach(async () => {
      startedAt = performance.now();
      harness = await createHarness();
      store = await harness.connect();
      identity = createKey();
    });
    afterEach(() => harness.close());

    const lengthening = { after: 10, digits: 10, maxAttempts: 3, memorySeconds };
    const unlimited = { lengthening: { ...lengthening, after: 0 } };
    const verifies = { max: 1000, periodSeconds };

    const readOpen = (changes: Partial<OpenRequest> = {}): OpenRequest => ({
      ...identity,
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
      ...changes,
    });
    const open = (changes?: Partial<OpenRequest>) => store.open(readOpen(changes));
    const mustOpen = async (changes?: Partial<OpenRequest>) => expectOpened(await open(changes));
    const attempt = (changes: Partial<AttemptRequest> = {}, by = store) =>
      by.attempt({ ...identity, keyIds: ['key1'], verifies, lengthening, ...changes });
    /** A store may return the time of the sign-in instead of true. */
    const consume = async (recordChallenge: string, changes: Partial<ConsumeRequest> = {}, by = store) =>
      (await by.consume({ ...identity, recordChallenge, ...changes })) !== false;
    const release = (opened: Opened, changes: Partial<ReleaseRequest> = {}) =>
      store.release({
        ...identity,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        limits: [{ max: 10, periodSeconds }],
        ...changes,
      });
    const guess = async (times: number, changes: Partial<AttemptRequest> = {}) => {
      for (let i = 0; i < times; i++) assert.equal((await attempt(changes)).status, 'counted');
    };

    describe('open', () => {
      test('makes a record that lives exactly one window from its opening', async () => {
        const newChallenge = createTag();
        const opened = await mustOpen({ newChallenge });
        assert.deepEqual(
          { ...opened.record, window: typeof opened.record.window },
          {
            challenge: newChallenge,
            keyId: 'key1',
            digits: 6,
            channel: 'email',
            channels: ['email'],
            window: 'number',
            mute: false,
          },
        );
        assert.ok(near(opened.ttlMs, windowSeconds * 1000));
        await harness.advance(windowSeconds * 1000 - 20_000);
        assert.equal((await attempt()).status, 'counted');
        await harness.advance(20_000);
        assert.equal((await attempt()).status, 'expired');
      });

      test('marks a record mute or not with each send, and all else is the same', async () => {
        const spoken = await mustOpen();
        const muted = await mustOpen({ mute: true });
        assert.equal(muted.record.challenge, spoken.record.challenge);
        const attempted = await attempt();
        assert.ok(attempted.status === 'counted' && attempted.record.mute && attempted.attemptsLeft === 4);
        await mustOpen();
        const again = await attempt();
        assert.ok(again.status === 'counted' && !again.record.mute && again.attemptsLeft === 3);
      });

      test('under reuse sends the same code, without more life and without more attempts', async () => {
        const first = await mustOpen();
        await guess(2);
        await harness.advance(100_000);
        const second = await mustOpen({ channel: 'sms' });
        assert.deepEqual(second.record, { ...first.record, channel: 'sms', channels: ['email', 'sms'] });
        assert.ok(near(second.ttlMs, 200_000));
        const result = await attempt();
        assert.equal(result.status === 'counted' && result.attemptsLeft, 2);
      });

      // Attack: ask again over WhatsApp, so that a relying party that mistrusts SMS lets the same code through.
      test('remembers every channel that a code was sent over, in whatever order and how often', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.constantFrom(...channels), { minLength: 1 }), async (used) => {
            identity = createKey();
            for (const channel of used) {
              const { record } = await mustOpen({ channel });
              assert.equal(record.channel, channel);
            }
            const result = await attempt();
            assert.ok(result.status === 'counted');
            assert.equal(result.record.channel, used.at(-1));
            assert.deepEqual(
              result.record.channels?.toSorted(),
              channels.filter((channel) => used.includes(channel)).toSorted(),
            );
          }),
          { numRuns: 20, seed: 12 },
        );
      });

      test('forgets the channels of a code together with the code', async () => {
        await mustOpen({ channel: 'sms' });
        const { record } = await mustOpen({ channel: 'whatsapp', resend: 'rotate' });
        assert.deepEqual(record.channels, ['whatsapp']);
        const bound = await mustOpen({ channel: 'voice', bind: true });
        assert.deepEqual(bound.record.channels, ['voice']);
      });

      test('under reuse makes a new code when little life is left', async () => {
        const first = await mustOpen();
        await guess(3);
        await harness.advance((windowSeconds - 59) * 1000);
        const second = await mustOpen();
        assert.notEqual(second.record.challenge, first.record.challenge);
        assert.ok(near(second.ttlMs, windowSeconds * 1000));
      });

      test('under rotate makes a new code, and the old one dies', async () => {
        const first = await mustOpen({ resend: 'rotate' });
        const second = await mustOpen({ resend: 'rotate' });
        assert.notEqual(second.record.challenge, first.record.challenge);
        assert.equal(await consume(first.record.challenge), false);
      });

      // Attack: ask for new codes to get new attempts where no budget counts them.
      test('without a budget of guesses, attempts that were used stay used, and then all wait for the end', async () => {
        for (const resend of ['rotate', 'reuse'] as const) {
          identity = createKey();
          await mustOpen({ ...unlimited, resend });
          await guess(3);
          if (resend === 'reuse') await harness.advance((windowSeconds - 59) * 1000);
          const second = await mustOpen({ ...unlimited, resend });
          await guess(2);
          assert.equal((await attempt()).status, 'blocked');
          await release(second);
          for (const again of ['reuse', 'rotate', 'refuse'] as const) {
            const result = await open({ ...unlimited, resend: again });
            assert.ok(result.status === 'blocked' && near(result.retryAfterMs, windowSeconds * 1000));
          }
          await harness.advance(windowSeconds * 1000);
          await mustOpen({ ...unlimited, resend });
          await guess(5);
        }
      });

      test('under refuse answers pending until the code expires, and that counts nowhere', async () => {
        const sends = { max: 2, periodSeconds };
        await mustOpen({ resend: 'refuse', sends });
        for (let i = 0; i < 10; i++) {
          const result = await open({ resend: 'refuse', sends });
          assert.ok(result.status === 'pending' && near(result.retryAfterMs, windowSeconds * 1000));
        }
        await harness.advance(windowSeconds * 1000);
        await mustOpen({ resend: 'refuse', sends });
      });

      test('keeps a cooldown between sends, over purposes', async () => {
        await mustOpen({ cooldownSeconds: 30 });
        const result = await open({ cooldownSeconds: 30, recordTag: createTag() });
        assert.ok(
          result.status === 'limited' && result.limit === 'cooldown' && near(result.retryAfterMs, 30_000),
        );
        await harness.advance(30_000);
        await mustOpen({ cooldownSeconds: 30 });
      });

      test('lets at most the limit through in a rolling period, over purposes and bound challenges', async () => {
        const sends = { max: 3, periodSeconds };
        await mustOpen({ sends });
        await harness.advance(100_000);
        await mustOpen({ sends, recordTag: createTag() });
        const third = await mustOpen({ sends, bind: true });
        assert.ok(near(third.resendInMs, 500_000));
        for (const changes of [{}, { bind: true }, { recordTag: createTag() }]) {
          const result = await open({ sends, ...changes });
          assert.ok(result.status === 'limited' && result.limit === 'request_identity');
          assert.ok(near(result.retryAfterMs, 500_000));
        }
        await harness.advance(500_000);
        await mustOpen({ sends });
        assert.equal((await open({ sends })).status, 'limited');
      });

      test('says when the next send could be made, whatever would hold it up', async () => {
        const sends = { max: 2, periodSeconds };
        const first = await mustOpen({ sends, cooldownSeconds: 30 });
        assert.ok(near(first.resendInMs, 30_000));
        await harness.advance(100_000);
        const second = await mustOpen({ sends, cooldownSeconds: 30 });
        assert.ok(near(second.resendInMs, 500_000));

        identity = createKey();
        const alone = await mustOpen({ resend: 'refuse' });
        assert.ok(near(alone.resendInMs, windowSeconds * 1000));
        await harness.advance(windowSeconds * 1000);
        const last = await mustOpen({ resend: 'refuse', sends, windowSeconds: 30 });
        assert.ok(near(last.resendInMs, 300_000));
      });

      test('makes a new code when the record is out of attempts, and under refuse answers blocked', async () => {
        const first = await mustOpen({ maxAttempts: 2 });
        await guess(2);
        const refused = await open({ resend: 'refuse' });
        assert.ok(refused.status === 'blocked' && near(refused.retryAfterMs, windowSeconds * 1000));
        for (const resend of ['reuse', 'rotate'] as const) {
          const { record } = await mustOpen({ resend, maxAttempts: 2 });
          assert.notEqual(record.challenge, first.record.challenge);
          await guess(2);
        }
        const bound = await mustOpen({ bind: true, maxAttempts: 2 });
        await guess(2, { challenge: bound.record.challenge });
        const next = await mustOpen({ bind: true, challenge: bound.record.challenge });
        assert.notEqual(next.record.challenge, bound.record.challenge);
        await guess(1, { challenge: next.record.challenge });
      });

      test('replaces a record of a key that is gone, and keeps one of the previous key', async () => {
        const first = await mustOpen({ keyIds: ['old'] });
        const kept = await mustOpen({ keyIds: ['new', 'old'] });
        assert.deepEqual(kept.record, first.record);
        const replaced = await mustOpen({ keyIds: ['new'], resend: 'refuse' });
        assert.equal(replaced.record.keyId, 'new');
        assert.equal(await consume(first.record.challenge), false);
      });
    });

    describe('bound challenges', () => {
      test('are records of their own: none replaces another or the unbound one', async () => {
        const unbound = await mustOpen({ maxAttempts: 3 });
        const mine = await mustOpen({ bind: true, maxAttempts: 3 });
        const theirs = await mustOpen({ bind: true, maxAttempts: 3 });
        const challenges = [unbound, mine, theirs].map(({ record }) => record.challenge);
        assert.equal(new Set(challenges).size, 3);
        await guess(3, { challenge: theirs.record.challenge });
        assert.equal((await attempt({ challenge: theirs.record.challenge })).status, 'blocked');
        for (const [opened, challenge] of [
          [unbound, undefined],
          [mine, mine.record.challenge],
        ] as const) {
          const result = await attempt({ challenge });
          assert.ok(result.status === 'counted' && result.attemptsLeft === 2);
          assert.equal(result.record.challenge, opened.record.challenge);
        }
      });

      test('are sent again only by name; an unknown name is expired and opens nothing', async () => {
        const mine = await mustOpen({ bind: true });
        const again = await mustOpen({ bind: true, challenge: mine.record.challenge });
        assert.deepEqual(again.record, mine.record);
        assert.equal((await open({ bind: true, challenge: createTag() })).status, 'expired');
        assert.equal((await attempt()).status, 'expired');
      });

      // Attack: verify with an empty challenge, as a caller passes on who has lost it, and so with the unbound code.
      test('are not found without a name, and an empty name is not the unbound record', async () => {
        const unbound = await mustOpen();
        await mustOpen({ bind: true });
        assert.equal((await attempt({ challenge: '' })).status, 'expired');
        assert.equal((await open({ bind: true, challenge: '' })).status, 'expired');
        assert.equal(await consume(unbound.record.challenge, { challenge: '' }), false);
        assert.equal(await consume(unbound.record.challenge), true);
      });

      test('take a new name when they rotate', async () => {
        const mine = await mustOpen({ bind: true });
        const next = await mustOpen({ bind: true, challenge: mine.record.challenge, resend: 'rotate' });
        assert.notEqual(next.record.challenge, mine.record.challenge);
        assert.equal((await attempt({ challenge: mine.record.challenge })).status, 'expired');
        await guess(1, { challenge: next.record.challenge });
      });

      test('of another identity or purpose do not exist', async () => {
        const mine = await mustOpen({ bind: true });
        const { challenge } = mine.record;
        assert.equal((await attempt({ challenge, recordTag: createTag() })).status, 'expired');
        assert.equal(await consume(challenge, { challenge, recordTag: createTag() }), false);
        assert.equal(await consume(challenge), false);
        assert.equal(await consume(challenge, { challenge }), true);
      });
    });

    describe('attempt', () => {
      test('with nothing pending answers expired and counts nothing', async () => {
        const limit = { max: 3, periodSeconds };
        for (let i = 0; i < 20; i++) assert.equal((await attempt({ verifies: limit })).status, 'expired');
        const opened = await mustOpen();
        assert.equal(opened.record.digits, 6);
        await guess(3, { verifies: limit });
      });

      test('counts down, then answers blocked with the time until the code expires', async () => {
        await mustOpen({ maxAttempts: 3 });
        const left = [];
        for (let i = 0; i < 3; i++) {
          const result = await attempt();
          left.push(result.status === 'counted' && result.attemptsLeft);
        }
        assert.deepEqual(left, [2, 1, 0]);
        const result = await attempt();
        assert.ok(result.status === 'blocked' && near(result.retryAfterMs, windowSeconds * 1000));
      });

      test('never lets more through than there are attempts, however many callers race', async () => {
        await mustOpen();
        const callers = [store, await harness.connect(), await harness.connect()];
        const results = await Promise.all(Array.from({ length: 150 }, (_, i) => attempt({}, callers[i % 3])));
        assert.equal(results.filter(({ status }) => status === 'counted').length, 5);
        assert.equal(results.filter(({ status }) => status === 'blocked').length, 145);
      });

      test('keeps the rolling verify limit over purposes and new codes, on unbound records only', async () => {
        const limit = { verifies: { max: 4, periodSeconds }, ...unlimited };
        const other = createTag();
        await mustOpen(unlimited);
        await mustOpen({ ...unlimited, recordTag: other });
        const bound = await mustOpen({ ...unlimited, bind: true });
        await guess(2, limit);
        await harness.advance(100_000);
        await guess(2, { ...limit, recordTag: other });
        await mustOpen({ ...unlimited, resend: 'rotate' });
        const result = await attempt(limit);
        assert.ok(result.status === 'limited' && near(result.retryAfterMs, 500_000));
        await guess(5, { ...limit, challenge: bound.record.challenge });
        await harness.advance(500_000);
        await mustOpen(unlimited);
        await guess(2, limit);
        assert.equal((await attempt(limit)).status, 'limited');
      });

      test('does not take an attempt for a refused call', async () => {
        await mustOpen();
        await guess(1, { verifies: { max: 1, periodSeconds } });
        for (let i = 0; i < 10; i++) {
          assert.equal((await attempt({ verifies: { max: 1, periodSeconds } })).status, 'limited');
        }
        const result = await attempt();
        assert.equal(result.status === 'counted' && result.attemptsLeft, 3);
      });

      test('treats a record of a key that is gone as absent', async () => {
        await mustOpen({ keyIds: ['old'] });
        assert.equal((await attempt({ keyIds: ['new'] })).status, 'expired');
        assert.equal((await attempt({ keyIds: ['new', 'old'] })).status, 'counted');
      });
    });

    describe('consume', () => {
      test('is true for exactly one of many callers, ever', async () => {
        const opened = await mustOpen();
        const callers = [store, await harness.connect(), await harness.connect()];
        const race = await Promise.all(
          Array.from({ length: 60 }, (_, i) => consume(opened.record.challenge, {}, callers[i % 3])),
        );
        assert.equal(race.filter(Boolean).length, 1);
        assert.equal(await consume(opened.record.challenge), false);
        assert.equal((await attempt()).status, 'expired');
      });

      test('is false for a code that was replaced or has expired', async () => {
        const first = await mustOpen();
        const second = await mustOpen({ resend: 'rotate' });
        assert.equal(await consume(first.record.challenge), false);
        await harness.advance(windowSeconds * 1000);
        assert.equal(await consume(second.record.challenge), false);
      });

      test('clears the verify limit and takes its own guess back, no other', async () => {
        const limit = { verifies: { max: 3, periodSeconds }, lengthening: { ...lengthening, after: 5 } };
        const opened = await mustOpen(limit);
        await guess(3, limit);
        assert.equal(await consume(opened.record.challenge), true);
        const next = await mustOpen(limit);
        assert.equal(next.record.digits, 6);
        await guess(3, limit);
        assert.equal((await mustOpen(limit)).record.digits, 10);
      });
    });

    describe('retract', () => {
      const soon = { lengthening: { ...lengthening, after: 4 } };
      const mayBeGuessedAt = { ...soon, verifies: { max: 4, periodSeconds } };
      const retract = (attemptId: string, changes: Partial<RecordKey> = {}, by = store) => {
        assert.ok(by.retract, 'the store has no verb retract');
        return by.retract({ ...identity, attemptId, ...changes });
      };
      const lose = async (changes: Partial<AttemptRequest> = {}) => {
        const attemptId = createTag();
        assert.equal((await attempt({ ...mayBeGuessedAt, attemptId, ...changes })).status, 'counted');
        return attemptId;
      };

      test('takes back all that an attempt counted: the attempt, the guess and the verify', async () => {
        await mustOpen(soon);
        for (let i = 0; i < 20; i++) assert.equal(await retract(await lose()), true);
        await guess(4, mayBeGuessedAt);
        assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
        const bound = await mustOpen({ bind: true, maxAttempts: 1 });
        const { challenge } = bound.record;
        const lost = await lose({ challenge, lengthening });
        assert.equal((await attempt({ challenge })).status, 'blocked');
        assert.equal(await retract(lost, { challenge }), true);
        await guess(1, { challenge });
      });

      // Attack: take one lost attempt back again and again, from several processes at once.
      test('happens once for each id, however many callers race', async () => {
        await mustOpen({ ...soon, maxAttempts: 100 });
        const kept = [await lose(), await lose()];
        const lost = await lose();
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 40 }, (_, i) => retract(lost, {}, callers[i % 2])),
        );
        assert.equal(results.filter(Boolean).length, 1);
        assert.equal(await retract('never seen'), false);
        await guess(2, mayBeGuessedAt);
        assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
        // The others are still there.
        for (const id of kept) assert.equal(await retract(id), true);
      });

      // Attack: take an attempt back, and then use it all the same.
      test('leaves nothing to consume, and a consumed attempt cannot be taken back', async () => {
        const opened = await mustOpen(soon);
        const { challenge } = opened.record;
        const lost = await lose();
        assert.equal(await retract(lost), true);
        assert.equal(await consume(challenge, { attemptId: lost }), false);
        const right = await lose();
        assert.equal(await consume(challenge, { attemptId: right }), true);
        assert.equal(await consume(challenge, { attemptId: right }), false);
        assert.equal(await retract(right), false);
        await mustOpen(soon);
        await guess(4, mayBeGuessedAt);
        assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
      });

      test('of an attempt that was lost takes its guess back after another one has consumed the code', async () => {
        const eight = { lengthening: { ...lengthening, after: 8 } };
        const opened = await mustOpen(eight);
        const [lost, right] = [await lose(), await lose()];
        assert.equal(await consume(opened.record.challenge, { attemptId: right }), true);
        await mustOpen(eight);
        await guess(5);
        assert.equal((await mustOpen({ ...eight, recordTag: createTag() })).record.digits, 10);
        assert.equal(await retract(lost), true);
        assert.equal((await mustOpen(eight)).record.digits, 6);
      });

      test('lets every one of several right attempts take its own guess back, and no other', async () => {
        const opened = await mustOpen(soon);
        const ids = [await lose(), await lose(), await lose()];
        const results = await Promise.all(
          ids.map((attemptId) => consume(opened.record.challenge, { attemptId })),
        );
        assert.equal(results.filter(Boolean).length, 1);
        for (const attemptId of ids) {
          assert.equal(await consume(opened.record.challenge, { attemptId }), false);
          assert.equal(await retract(attemptId), false);
        }
        await mustOpen(soon);
        await guess(4, mayBeGuessedAt);
        assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
      });

      // Attack: buy attempts on the next code with those that were lost on the one before.
      test('gives no attempt to the code that has replaced its own', async () => {
        await mustOpen({ maxAttempts: 3 });
        const lost = [await lose(), await lose()];
        await mustOpen({ maxAttempts: 3, resend: 'rotate' });
        for (const id of lost) assert.equal(await retract(id), true);
        await guess(3);
        assert.equal((await attempt()).status, 'blocked');
      });

      // Attack: save lost attempts up for the time after the guesses were forgotten.
      test('takes no guess of another period back', async () => {
        const short = { lengthening: { ...soon.lengthening, memorySeconds: 200 } };
        await mustOpen(short);
        const lost = await lose(short);
        await harness.advance(200_000);
        await guess(3, short);
        assert.equal(await retract(lost), true);
        assert.equal((await attempt(short)).status, 'blocked');
        assert.equal((await mustOpen(short)).record.digits, 10);
      });

      test('knows nothing of other identities', async () => {
        await mustOpen();
        const lost = await lose();
        assert.equal(await retract(lost, createKey()), false);
        assert.equal(await retract(lost), true);
      });

      // Attack: let answers get lost and take attempts back in any order, to compare more guesses than the limits allow.
      test('in any order of events lets no more attempts stand than there are guesses', async () => {
        const step = fc.record({
          verb: fc.constantFrom('open', 'attempt', 'attempt', 'attempt', 'retract', 'consume', 'wait'),
          bind: fc.boolean(),
          rotate: fc.boolean(),
          pick: fc.nat(50),
          seconds: fc.constantFrom(1, 100, 300, 590),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
            identity = createKey();
            const challenges: (string | undefined)[] = [undefined];
            const standing = new Set<string>();
            const all: { id: string; challenge: string | undefined; recordChallenge: string }[] = [];
            const over = new Set<string>();
            for (const { verb, bind, rotate, pick, seconds } of steps) {
              const challenge = challenges[pick % challenges.length];
              const tried = all[pick % all.length];
              if (verb === 'open') {
                const resend = rotate ? 'rotate' : 'reuse';
                const opened = await open({ ...soon, maxAttempts: 3, bind, resend });
                if (opened.status === 'opened' && bind) challenges.push(opened.record.challenge);
              } else if (verb === 'attempt') {
                const id = createTag();
                const result = await attempt({ ...soon, challenge, attemptId: id });
                if (result.status !== 'counted') continue;
                all.push({ id, challenge, recordChallenge: result.record.challenge });
                if (result.record.digits === 6) standing.add(id);
              } else if (verb === 'wait') {
                await harness.advance(seconds * 1000);
              } else if (tried && verb === 'retract') {
                const { id } = tried;
                const isTaken = await retract(id, { challenge: tried.challenge });
                assert.ok(!isTaken || !over.has(id), 'taken back twice, or after it was consumed');
                if (isTaken) over.add(id);
                if (isTaken) standing.delete(id);
              } else if (tried) {
                const { id, recordChallenge } = tried;
                const isFirst = await consume(recordChallenge, { challenge: tried.challenge, attemptId: id });
                assert.ok(!isFirst || !over.has(id), 'consumed twice, or after it was taken back');
                // A right guess does not count.
                over.add(id);
                standing.delete(id);
                // Its owner's guesses before that one do not count either.
                if (isFirst && tried.challenge !== undefined) {
                  for (const other of all)
                    if (other.recordChallenge === recordChallenge) standing.delete(other.id);
                }
              }
              assert.ok(standing.size <= soon.lengthening.after, `${standing.size} guesses stand`);
            }
          }),
          { numRuns: 40, seed: 14 },
        );
      });
    });

    describe('lengthening', () => {
      const soon = { lengthening: { ...lengthening, after: 4 } };

      test('counts guesses and open attempts over purposes, bound challenges and new codes', async () => {
        const budget = { lengthening: { ...lengthening, after: 8 }, maxAttempts: 2 };
        const other = createTag();
        await mustOpen(budget);
        await guess(1);
        const bound = await mustOpen({ ...budget, bind: true });
        await guess(1, { challenge: bound.record.challenge });
        await mustOpen({ ...budget, recordTag: other });
        await guess(1, { recordTag: other });
        await mustOpen({ ...budget, resend: 'rotate' });
        await guess(1);
        // Four guesses, and three codes with one attempt left.
        for (const changes of [{}, { bind: true }]) {
          const { record } = await mustOpen({ ...budget, recordTag: createTag(), ...changes });
          assert.equal(record.digits, 10);
        }
      });

      // Attack: guess at codes of one's own, to end the code that the owner is about to type.
      test('pending codes are never revoked by guesses made elsewhere, and are sent again as they are', async () => {
        const mine = await mustOpen({ bind: true });
        const { challenge } = mine.record;
        await mustOpen();
        await guess(5);
        for (let i = 0; i < 5; i++) {
          const { record } = await mustOpen({ bind: true });
          assert.equal(record.digits, 10);
          await guess(3, { challenge: record.challenge });
        }
        const again = await mustOpen({ bind: true, challenge });
        assert.deepEqual(again.record, mine.record);
        await guess(1, { challenge });
        assert.equal(await consume(challenge, { challenge }), true);
      });

      test('a short code gets what the budget has left, and three attempts at least', async () => {
        for (const [after, maxAttempts, given, digits] of [
          [10, 5, 5, 6],
          [4, 5, 4, 6],
          [3, 5, 3, 6],
          [2, 5, 3, 10],
          [2, 2, 2, 6],
          [1, 1, 1, 6],
          [1, 2, 2, 10],
          [20, 100, 20, 6],
        ] as const) {
          identity = createKey();
          const budget = { lengthening: { ...lengthening, after }, maxAttempts };
          const { record } = await mustOpen(budget);
          assert.equal(record.digits, digits);
          await guess(given);
          assert.equal((await attempt()).status, 'blocked');
        }
      });

      test('codes that end without a guess free what they had', async () => {
        for (let i = 0; i < 20; i++) {
          assert.equal((await mustOpen({ bind: true })).record.digits, 6);
          assert.equal((await mustOpen({ bind: true })).record.digits, 6);
          assert.equal((await mustOpen({ bind: true })).record.digits, 10);
          await harness.advance(windowSeconds * 1000);
        }
        const first = await mustOpen({ bind: true });
        const second = await mustOpen({ bind: true });
        await release(first, { challenge: first.record.challenge });
        assert.equal((await mustOpen({ bind: true })).record.digits, 6);
        await consume(second.record.challenge, { challenge: second.record.challenge });
        assert.equal((await mustOpen({ bind: true })).record.digits, 6);
        assert.equal((await mustOpen({ bind: true })).record.digits, 10);
      });

      // Attack: let an owner mistype, again and again, until all codes are long.
      test('consuming a bound code gives all guesses at it back, and no others', async () => {
        for (let i = 0; i < 8; i++) {
          const opened = await mustOpen({ bind: true });
          const { challenge } = opened.record;
          assert.equal(opened.record.digits, 6);
          await guess(4, { challenge });
          const attemptId = createTag();
          await guess(1, { challenge, attemptId });
          assert.equal(await consume(challenge, { challenge, attemptId }), true);
          assert.equal(await consume(challenge, { challenge, attemptId }), false);
        }
        await mustOpen();
        await guess(4);
        const bound = await mustOpen({ bind: true });
        const { challenge } = bound.record;
        await guess(4, { challenge });
        assert.equal(await consume(challenge, { challenge }), true);
        // Four stand, and one attempt is open.
        await mustOpen({ bind: true, maxAttempts: 5 });
        assert.equal((await mustOpen({ bind: true })).record.digits, 10);
      });

      // Attack: guess just before a period ends, and have that given back in the next one.
      test('nothing is given back in another period', async () => {
        const short = { lengthening: { ...lengthening, memorySeconds: 200 } };
        const mine = await mustOpen({ ...short, bind: true });
        const { challenge } = mine.record;
        await guess(4, { ...short, challenge });
        await harness.advance(200_000);
        await mustOpen(short);
        await guess(5, short);
        assert.equal(await consume(challenge, { challenge }), true);
        const next = await mustOpen({ ...short, bind: true });
        await guess(5, { ...short, challenge: next.record.challenge });
        assert.equal((await mustOpen({ ...short, bind: true })).record.digits, 10);
      });

      test('guesses at long codes are neither counted nor given back', async () => {
        const opened = await mustOpen({ ...soon, maxAttempts: 4 });
        await guess(4, soon);
        for (let i = 0; i < 5; i++) {
          const { record } = await mustOpen({ ...soon, bind: true });
          await guess(2, { challenge: record.challenge });
          assert.equal(await consume(record.challenge, { challenge: record.challenge }), true);
        }
        assert.notEqual((await mustOpen(soon)).record.challenge, opened.record.challenge);
        assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).record.digits, 10);
      });

      test('lasts until the guesses are forgotten, counted from the first', async () => {
        await mustOpen(soon);
        await guess(1, soon);
        await harness.advance((memorySeconds - 10) * 1000);
        await mustOpen(soon);
        await guess(3, soon);
        assert.equal((await mustOpen(soon)).record.digits, 10);
        await harness.advance(10_000);
        assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).record.digits, 6);
      });

      test('is exact however many callers race: no guess more than the count meets a short code', async () => {
        await mustOpen({ ...soon, maxAttempts: 100 });
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 80 }, (_, i) => attempt(soon, callers[i % 2])),
        );
        assert.equal(results.filter(({ status }) => status === 'counted').length, 4);
      });

      test('is off at 0', async () => {
        await mustOpen({ ...unlimited, maxAttempts: 100 });
        await guess(50);
        assert.equal((await mustOpen({ ...unlimited, recordTag: createTag() })).record.digits, 6);
      });
    });

    describe('release', () => {
      const limit = { sends: { max: 1, periodSeconds } };

      test('gives a send back once, by its id', async () => {
        const limit = { sends: { max: 2, periodSeconds } };
        const first = await mustOpen(limit);
        await release(first);
        await release(first);
        await mustOpen(limit);
        await mustOpen(limit);
        assert.equal((await open(limit)).status, 'limited');
        await release(first);
        assert.equal((await open(limit)).status, 'limited');
      });

      test('makes the next code a new one and lifts the cooldown', async () => {
        const first = await mustOpen({ cooldownSeconds: 60 });
        await release(first);
        const second = await mustOpen({ cooldownSeconds: 60 });
        assert.notEqual(second.record.challenge, first.record.challenge);
      });

      test('gives a send back while another one stands, and the code stays', async () => {
        const two = { sends: { max: 2, periodSeconds } };
        const [first, second] = [await mustOpen(two), await mustOpen(two)];
        await release(second);
        await guess(1);
        const third = await mustOpen(two);
        assert.deepEqual(third.record, first.record);
        assert.equal((await open(two)).status, 'limited');
      });

      // Attack: ask again and again for codes to an address that refuses them, each with attempts of its own.
      test('gives back as many as it may in each period, whatever was guessed, and no more', async () => {
        const limits = [
          { max: 3, periodSeconds },
          { max: 5, periodSeconds: 86_400 },
        ];
        const refuse = async () => {
          const opened = await open({ ...limit, bind: true });
          if (opened.status !== 'opened') return false;
          const { challenge } = opened.record;
          await guess(1, { challenge });
          await release(opened, { challenge, limits });
          return true;
        };
        const count = async () => {
          let opened = 0;
          while (await refuse()) opened += 1;
          return opened;
        };
        assert.equal(await count(), 4);
        await harness.advance(periodSeconds * 1000);
        assert.equal(await count(), 3);
        await harness.advance(periodSeconds * 1000);
        assert.equal(await count(), 1);
        await harness.advance(86_400_000);
        assert.equal(await count(), 4);
      });

      // Attack: guess at a code after its send was given back.
      test('leaves a code that nobody can guess at until it is sent again', async () => {
        await release(await mustOpen({ maxAttempts: 2 }));
        assert.equal((await attempt()).status, 'expired');
        await mustOpen({ maxAttempts: 2 });
        await guess(2);
        assert.equal((await attempt()).status, 'blocked');
      });

      test('under refuse deletes a record all of whose sends were given back', async () => {
        const first = await mustOpen({ resend: 'refuse' });
        await release(first);
        assert.equal((await attempt()).status, 'expired');
        await mustOpen({ resend: 'refuse' });
        assert.equal((await open({ resend: 'refuse' })).status, 'pending');
      });

      test('that comes late touches no record but its own', async () => {
        const first = await mustOpen();
        const second = await mustOpen({ resend: 'rotate' });
        await release(first);
        assert.equal(await consume(second.record.challenge), true);
      });
    });

    describe('hit', () => {
      test('lets a call through exactly when fewer than the limit stand in the rolling period', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 25 }), async (gaps) => {
            const key = createTag();
            const allowed: number[] = [];
            let now = 0;
            for (const gap of gaps) {
              // Steps of whole tens of seconds keep a server's own clock from deciding a tie.
              await harness.advance(gap * 10_000);
              now += gap * 10;
              const standing = allowed.filter((time) => time > now - 605);
              const result = await store.hit(key, { max: 3, periodSeconds: 605 });
              assert.equal(result.allowed, standing.length < 3);
              if (result.allowed) allowed.push(now);
              else assert.ok(near(result.retryAfterMs, ((standing[0] ?? 0) + 605 - now) * 1000));
            }
          }),
          { numRuns: 30, seed: 1 },
        );
      });

      test('counts each key for itself, and races by nobody', async () => {
        const [key, other] = [createTag(), createTag()];
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 60 }, (_, i) => (callers[i % 2] as Store).hit(key, { max: 7, periodSeconds })),
        );
        assert.equal(results.filter(({ allowed }) => allowed).length, 7);
        assert.deepEqual(await store.hit(other, { max: 1, periodSeconds }), { allowed: true });
      });
    });

    describe('hit with a group', () => {
      test('counts against the key and the group, or against neither', async () => {
        const [group, ...keys] = [createTag(), createTag(), createTag(), createTag()];
        const hit = (key = '') => store.hit(key, { max: 3, periodSeconds }, { key: group as string, max: 5 });
        const allowed = async (key = '') => (await hit(key)).allowed;
        for (let i = 0; i < 3; i++) assert.equal(await allowed(keys[0]), true);
        // Refused by its own limit, a key takes nothing of the group.
        for (let i = 0; i < 9; i++) assert.equal(await allowed(keys[0]), false);
        for (let i = 0; i < 2; i++) assert.equal(await allowed(keys[1]), true);
        await harness.advance(60_000);
        // Refused by the group, nothing counts against the key.
        for (let i = 0; i < 9; i++) assert.equal(await allowed(keys[2]), false);
        const refused = await hit(keys[2]);
        assert.ok(!refused.allowed && near(refused.retryAfterMs, (periodSeconds - 60) * 1000));
        await harness.advance((periodSeconds - 60) * 1000);
        for (let i = 0; i < 3; i++) assert.equal(await allowed(keys[2]), true);
        assert.equal(await allowed(keys[2]), false);
      });

      test('races by nobody', async () => {
        const [group, ...keys] = [createTag(), createTag(), createTag(), createTag()];
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 60 }, (_, i) =>
            (callers[i % 2] as Store).hit(
              keys[i % 3] as string,
              { max: 4, periodSeconds },
              { key: group as string, max: 9 },
            ),
          ),
        );
        assert.equal(results.filter(({ allowed }) => allowed).length, 9);
      });
    });

    // Attack: invent people and networks by the hundred, to be in the way of everybody else.
    test('a flood of identities, purposes, channels, bound codes and networks changes nothing for anyone else', async () => {
      const soon = { lengthening: { ...lengthening, after: 3 } };
      const network = createTag();
      const limit = { max: 3, periodSeconds, opensRecords: true };
      const victim = identity;
      await mustOpen(soon);
      await guess(2, soon);
      for (let i = 0; i < 100; i++) {
        identity = createKey();
        const changes = { channel: channels[i % 5] ?? 'email', bind: i % 2 === 1 };
        const { record } = await mustOpen({ ...soon, ...changes });
        await guess(3, { ...soon, challenge: changes.bind ? record.challenge : undefined });
        await mustOpen({ ...soon, ...changes, recordTag: createTag() });
        const [site, other] = [createTag(), createTag()];
        for (let j = 0; j < 4; j++) await store.hit(other, limit, { key: site, max: 48 });
      }
      for (let i = 0; i < 3; i++) assert.deepEqual(await store.hit(network, limit), { allowed: true });
      assert.equal((await store.hit(network, limit)).allowed, false);
      identity = createKey();
      assert.equal((await mustOpen(soon)).record.digits, 6);
      // And nobody who was attacked before is forgotten.
      identity = victim;
      assert.equal((await mustOpen(soon)).record.digits, 6);
      await guess(1, soon);
      assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).record.digits, 10);
    });

    describe('claim', () => {
      test('is true for exactly one of many callers while the claim lasts', async () => {
        const [key, other] = [createTag(), createTag()];
        assert.equal(await store.claimed(key), false);
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, i) => (callers[i % 2] as Store).claim(key, 900)),
        );
        assert.equal(results.filter(Boolean).length, 1);
        assert.equal(await store.claimed(key), true);
        assert.equal(await store.claimed(other), false);
        await harness.advance(890_000);
        assert.equal(await store.claim(key, 900), false);
        await harness.advance(10_000);
        assert.equal(await store.claimed(key), false);
        assert.equal(await store.claim(key, 900), true);
      });
    });

    describe('exchange', () => {
      const ttlSeconds = 3600;
      const start = async () => {
        const [family, first] = [createTag(), createTag()];
        assert.equal(await store.exchange({ family, presented: null, next: first, ttlSeconds }), 'exchanged');
        const exchange = (presented: string | null, next: string | null, by = store) =>
          by.exchange({ family, presented, next, ttlSeconds });
        return { first, exchange };
      };

      test('replaces the one valid token; each works once', async () => {
        const { first, exchange } = await start();
        assert.equal(await exchange(first, 'second'), 'exchanged');
        assert.equal(await exchange('second', 'third'), 'exchanged');
        assert.equal(await exchange('third', 'third'), 'exchanged');
        assert.equal(await exchange('third', 'fourth'), 'exchanged');
      });

      // Attack: a stolen token is used after its owner, or before.
      test('ends the family when a token is presented that is not, or no longer, its own', async () => {
        const { first, exchange } = await start();
        assert.equal(await exchange(first, 'second'), 'exchanged');
        assert.equal(await exchange(first, 'stolen'), 'reused');
        for (const token of [first, 'second', 'stolen']) assert.equal(await exchange(token, 'x'), 'unknown');
      });

      test('lets exactly one of many callers through', async () => {
        const { first, exchange } = await start();
        const callers = [store, await harness.connect()];
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, i) => exchange(first, `next${i}`, callers[i % 2] as Store)),
        );
        assert.deepEqual(results.toSorted().slice(0, 2), ['exchanged', 'reused']);
        assert.equal(results.filter((result) => result === 'exchanged').length, 1);
        assert.equal(results.filter((result) => result === 'reused').length, 1);
      });

      test('lasts as long as was said at its start, however often it is exchanged', async () => {
        const { first, exchange } = await start();
        await harness.advance(3_590_000);
        assert.equal(await exchange(first, 'second'), 'exchanged');
        await harness.advance(10_000);
        assert.equal(await exchange('second', 'third'), 'unknown');
      });

      test('is over when it is ended, whatever is presented, and only then', async () => {
        const { first, exchange } = await start();
        const other = await start();
        assert.equal(await exchange('anything', null), 'exchanged');
        assert.equal(await exchange(null, null), 'unknown');
        assert.equal(await exchange(first, 'second'), 'unknown');
        assert.equal(await other.exchange(other.first, 'second'), 'exchanged');
      });
    });

    test('ping resolves while the store can serve', async () => {
      await store.ping();
    });
  });
}

type Opened = Extract<OpenResult, { status: 'opened' }>;

function expectOpened(result: OpenResult): Opened {
  assert.equal(result.status, 'opened');
  return result as Opened;
}

function createKey(): RecordKey {
  const tag = createTag();
  return { identityTag: tag, budgetTag: tag, recordTag: createTag() };
}

function createTag(): string {
  return randomBytes(16).toString('base64url');
}
