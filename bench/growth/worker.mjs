// Fills a store with pending identities, then measures what each costs: bytes, and the time of more calls.
// Arguments: memory or the URL of a Redis, how many identities, how many calls to time. Run with --expose-gc.
import { randomBytes } from 'node:crypto';
import { loadBuilt } from '../servers/built.mjs';

/** @type {typeof import('../../src/core/policy.js')} */
const { createPolicy, guessMemorySeconds, limitPeriodSeconds, longAttempts } =
  await loadBuilt('core/policy.js');
/** @type {typeof import('../../src/stores/memory.js')} */
const { createMemoryStore } = await loadBuilt('stores/memory.js');
/** @type {typeof import('../../src/stores/redis.js')} */
const { createRedisStore } = await loadBuilt('stores/redis.js');

/** Calls under way at once on Redis: a lone one would measure the round trip. */
const lanes = 64;
const batchSize = 1000;

const [target = 'memory', ...numbers] = process.argv.slice(2);
const [pending = 0, calls = 0] = numbers.map(Number);
const isMemory = target === 'memory';
const policy = createPolicy();
const store = isMemory
  ? createMemoryStore({ maxEntries: 10_000_000 })
  : await createRedisStore({ url: target, timeoutMs: 10_000 });
const lengthening = {
  after: policy.lengthenAfter,
  digits: policy.longDigits,
  maxAttempts: longAttempts,
  memorySeconds: guessMemorySeconds,
};
const createTag = () => randomBytes(16).toString('base64url');
/** @type {readonly [string]} */
const keyIds = ['bench-id'];

/** @typedef {import('../../src/store-verbs.js').RecordKey} RecordKey */

function createKey() {
  const tag = createTag();
  return { identityTag: tag, budgetTag: tag, recordTag: createTag() };
}

/** @param {RecordKey} key */
const open = (key) =>
  store.open({
    ...key,
    bind: false,
    mute: false,
    newChallenge: createTag(),
    keyIds,
    channel: 'email',
    digits: policy.digits,
    windowSeconds: 600,
    maxAttempts: policy.maxAttempts,
    resend: policy.resend,
    cooldownSeconds: 0,
    staleSeconds: 60,
    sends: { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds },
    lengthening,
  });

/** @param {RecordKey} key */
async function verify(key) {
  const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };
  const attempt = await store.attempt({ ...key, keyIds, verifies, lengthening });
  if (attempt.status !== 'counted') throw new Error(`a verify was ${attempt.status}`);
  await store.consume({ ...key, recordChallenge: attempt.record.challenge });
}

/**
 * @param {number} count
 * @param {(index: number) => Promise<unknown>} call
 */
async function runAll(count, call) {
  let next = 0;
  const run = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: isMemory ? 1 : lanes }, run));
}

async function readBytes() {
  if (!isMemory) return readRedisBytes();
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function readRedisBytes() {
  const { Redis } = await import('ioredis');
  const client = new Redis(target);
  const [, used] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? [];
  client.disconnect();
  return Number(used);
}

/** @param {() => Promise<void>} run */
async function time(run) {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

// The first calls compile the code; their identities are gone before anything is counted.
const first = Array.from({ length: 3000 }, createKey);
await runAll(first.length, (index) => open(first[index] ?? createKey()));
await runAll(first.length, (index) => verify(first[index] ?? createKey()));
const bytesBefore = await readBytes();
// Some of the identities, from all over the filling, are verified afterwards.
const every = Math.max(1, Math.floor(pending / batchSize));
/** @type {RecordKey[]} */
let known = [];
await runAll(pending, (index) => {
  const key = createKey();
  if (index % every === 0) known.push(key);
  return open(key);
});
const bytesPerIdentity = ((await readBytes()) - bytesBefore) / pending;
// As many are verified as are opened, so that the number of those pending stays.
let [openMs, verifyMs, timed] = [0, 0, 0];
while (timed < calls) {
  const fresh = Array.from({ length: Math.min(batchSize, known.length) }, createKey);
  openMs += await time(() => runAll(fresh.length, (index) => open(fresh[index] ?? createKey())));
  verifyMs += await time(() => runAll(fresh.length, (index) => verify(known[index] ?? createKey())));
  known = [...known.slice(fresh.length), ...fresh];
  timed += fresh.length;
}
await store.close();
const result = {
  pending,
  bytesPerIdentity,
  requestMicros: (openMs * 1000) / timed,
  verifyMicros: (verifyMs * 1000) / timed,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
