// Fills a store with pending identities, then requests and verifies more, as it is told by its parent.
// Arguments: memory or the URL of a Redis, and how many identities ask from one address. Run with --expose-gc.
import { createAddresses, createOtpOn } from '../library/create-otp.mjs';
import { loadBuilt } from '../servers/built.mjs';

/** @type {typeof import('../../src/stores/memory.js')} */
const { createMemoryStore } = await loadBuilt('stores/memory.js');
/** @type {typeof import('../../src/stores/redis.js')} */
const { createRedisStore } = await loadBuilt('stores/redis.js');

/** Calls under way at once on Redis: a lone one would measure the round trip. */
const lanes = 64;

const [target = 'memory', identitiesPerAddress = '1'] = process.argv.slice(2);
const isMemory = target === 'memory';
const store = isMemory
  ? createMemoryStore({ maxEntries: 10_000_000 })
  : await createRedisStore({ url: target, timeoutMs: 10_000 });
/** Of the identity that was asked for last, by identity. @type {Map<string, string>} */
const codes = new Map();
let isKept = false;
// The longest life of a code: none may end while more are added.
const otp = createOtpOn({ store, windowSeconds: 600 }, (identity, code) => {
  if (isKept) codes.set(identity, code);
});
const nextAddress = createAddresses();
let ip = nextAddress();
let last = 0;

async function request() {
  const identity = `p${++last}@example.com`;
  if (last % Number(identitiesPerAddress) === 0) ip = nextAddress();
  const { status } = await otp.request(identity, { ip });
  if (status !== 'sent') throw new Error(`a request was ${status}`);
}

/** @param {[string, string]} pair */
async function verify([identity, code]) {
  const { status } = await otp.verify(identity, code, { ip: nextAddress() });
  if (status !== 'valid') throw new Error(`a verify was ${status}`);
}

/**
 * @param {number} count
 * @param {(index: number) => Promise<void>} call
 */
async function runAll(count, call) {
  let next = 0;
  const run = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: isMemory ? 1 : lanes }, run));
}

/** @param {() => Promise<void>} run */
async function countCpu(run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What the parent may ask for; each answers a number. @type {Record<string, (count: number) => Promise<number> | number>} */
const orders = {
  /** Adds pending identities; some from all over the filling are kept to be verified. */
  async fill(count) {
    const every = Math.max(1, Math.floor(count / 10_000));
    await runAll(count, (index) => {
      isKept = index % every === 0;
      return request();
    });
    isKept = true;
    return count;
  },
  /** Bytes in use by this process. */
  bytes() {
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  },
  /** Microseconds of CPU that so many requests took. */
  request: (count) => countCpu(() => runAll(count, request)),
  /** The same for verifies, of those who have waited longest. */
  verify(count) {
    const pairs = [...codes].slice(0, count);
    for (const [identity] of pairs) codes.delete(identity);
    return countCpu(() => runAll(pairs.length, (index) => verify(pairs[index] ?? ['', ''])));
  },
};

process.on('message', async (/** @type {{ order: string, count: number }} */ { order, count }) => {
  process.send?.(await orders[order]?.(count));
});
// A connection to Redis would keep this process alive.
process.once('disconnect', () => process.exit());
