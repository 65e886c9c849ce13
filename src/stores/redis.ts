import { maxAheadSeconds } from '../core/device-token.js';
import { refuseUnknownOptions } from '../core/known-options.js';
import { countGivenBack } from '../core/ladder.js';
import { assertWholeNumber } from '../core/policy.js';
import type { RefundRequest } from '../count-verbs.js';
import { OtpError } from '../errors.js';
import type { Logger, Store } from '../ports.js';
import type { ExchangeResult } from '../store-verbs.js';
import { type Access, defaultKeyPrefix, type Resolved, redisTimeout, resolveAccess } from './redis/access.js';
import { checkServer } from './redis/check-server.js';
import { createClient } from './redis/connect.js';
import { createCountEncoder } from './redis/encode-counts.js';
import { encodeOpen } from './redis/encode-open.js';
import { createFreeMemory } from './redis/free-memory.js';
import { createKeyNames, nameAlias, nameRecord, numberSide } from './redis/keys.js';
import { createReasonLog } from './redis/reason-log.js';
import { createRefunds } from './redis/refunds.js';
import {
  decodeAttemptReply,
  decodeConsumeReply,
  decodeInspectReply,
  decodeOpenReply,
  decodeReleaseReply,
  decodeSpendReply,
} from './redis/replies.js';
import type { RedisClient } from './redis/scripts.js';
import { createSender } from './redis/sender.js';

export interface RedisStoreOptions extends Omit<Access, 'url'> {
  /**
   * `redis://user:password@host:6379/0`, `rediss://…` (TLS), `redis+sentinel://host,host/name`,
   * `redis+cluster://host,host` or `unix:///path`; `valkey` also works for `redis`. Takes options such as `?db=1` or
   * `?family=6`; unknown ones are refused.
   */
  url?: string | undefined;
  /**
   * Your own connected ioredis client, instead of `url`; closing the store leaves it open. It should have
   * `enableOfflineQueue: false`, `autoResendUnfulfilledCommands: false` and a `commandTimeout`.
   */
  client?: RedisClient | undefined;
  /** Prefix of every key. Default `stateless-otp:`. */
  keyPrefix?: string | undefined;
  /** Timeout of each command in milliseconds, 50 to 10 000. Default 500. */
  timeoutMs?: number | undefined;
  /** Accept a server that may evict keys and so forget limits. Default false. */
  allowEviction?: boolean | undefined;
  /** Accept a server that hides its replication id: after data loss, a used code may work again. Default false. */
  allowUnfenced?: boolean | undefined;
  /** Logs why Redis does not answer, each reason at most once in 10 seconds. Default: silent. */
  logger?: Pick<Logger, 'warn'> | undefined;
  /** For tests: added to the server's clock. */
  testClockOffsetMs?: (() => number) | undefined;
}

const optionNames =
  'url password sentinelUsername sentinelPassword client keyPrefix timeoutMs allowEviction allowUnfenced logger testClockOffsetMs'.split(
    ' ',
  );

/** What a send that was used gives back. */
const [freeUnits, paidUnits] = [countGivenBack(false), countGivenBack(true)];

/**
 * The store for several processes, on Redis 6.2 or later, or Valkey. Resolves once the server has been reached and
 * checked.
 *
 * @throws RangeError for invalid or contradictory options; OtpError `store_unavailable` when the server cannot be reached
 * or is unsuitable, with a message that says why
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<Store> {
  const {
    keyPrefix = defaultKeyPrefix,
    timeoutMs = redisTimeout.default,
    allowUnfenced = false,
    testClockOffsetMs,
  } = options;
  refuseUnknownOptions(options, optionNames);
  assertWholeNumber('timeoutMs', timeoutMs, redisTimeout);
  if ((options.url === undefined) === (options.client === undefined)) {
    throw new TypeError('either url or client must be given');
  }
  const target = options.url === undefined ? null : resolveAccess({ ...options, url: options.url });
  const client = options.client ?? createClient(target as Resolved, timeoutMs);
  const failures = createReasonLog(client, options.logger);
  const close = async () => {
    failures.close();
    if (options.client) return;
    client.on('error', () => {});
    client.disconnect();
  };
  const send = createSender(client, {
    isOwn: !options.client,
    timeoutMs,
    isFenced: !allowUnfenced,
    testClockOffsetMs,
  });
  function fail(cause: unknown): OtpError {
    failures.report(cause);
    return new OtpError('store_unavailable', 'Redis cannot answer', { cause });
  }
  /** Fails closed: any failure is `store_unavailable`. */
  async function call(...command: Parameters<typeof send>): Promise<unknown> {
    try {
      return await send(...command);
    } catch (cause) {
      throw fail(cause);
    }
  }

  let countsTogether = false;
  try {
    await checkServer(client, { ...options, target, timeoutMs, explain: failures.explain });
    await send('ping', [`${keyPrefix}ping`], [], []).catch((cause) => {
      throw new OtpError('store_unavailable', `Redis cannot answer: ${failures.explain(cause)}`, { cause });
    });
    countsTogether = await send('ping', [`${keyPrefix}ping:{1}`, `${keyPrefix}ping:{2}`], [], []).then(
      () => true,
      // A cluster, or a proxy before one that looks like a single server.
      () => false,
    );
    failures.start();
  } catch (error) {
    await close();
    throw error;
  }

  const key = createKeyNames(keyPrefix);
  const encoder = createCountEncoder(key.of, createFreeMemory(client));
  const refund = (requests: readonly RefundRequest[]) => {
    const { keys, names, settings } = encoder.encodeRefunds(requests);
    return call('refund', keys, names, settings);
  };
  const refundTogether = createRefunds(refund, fail);

  return {
    countsTogether,
    async open(request) {
      const { spending } = request;
      const keys = [key.budget(request), key.guesses(request)];
      const { names, settings } = encodeOpen(request);
      const policy = [settings];
      if (spending) {
        const spent = encoder.encodeSpend(spending);
        keys.push(...spent.keys);
        names.push(...spent.names);
        policy.push(spent.settings);
      }
      return decodeOpenReply(await call('open', keys, names, [], policy), spending);
    },
    async attempt(request) {
      const { recordTag, challenge, side, attemptId = '', keyIds, verifies, lengthening, hit } = request;
      const settings = [
        numberSide(side),
        challenge !== undefined,
        keyIds,
        verifies.max,
        verifies.periodSeconds,
        lengthening.memorySeconds,
      ];
      const keys = [key.budget(request), key.guesses(request)];
      const names = [nameRecord(recordTag, challenge), attemptId];
      const policy: unknown[] = [settings];
      if (hit) {
        const counted = encoder.encodeHit(hit);
        keys.push(...counted.keys);
        policy.push(...counted.settings);
      }
      return decodeAttemptReply(await call('attempt', keys, names, [], policy), hit);
    },
    async consume(request) {
      const { recordTag, challenge, recordChallenge, attemptId = '' } = request;
      const names = [nameRecord(recordTag, challenge), recordChallenge, attemptId];
      const settings = [numberSide(request.side), challenge !== undefined, freeUnits, paidUnits];
      return decodeConsumeReply(await call('consume', key.all(request), names, [], settings));
    },
    async clear(request) {
      const settings = [request.records, request.counts, request.signOutSeconds];
      return { records: Number(await call('clear', key.all(request), [nameAlias(request)], settings)) };
    },
    async inspect(request) {
      const names = [nameAlias(request)];
      return decodeInspectReply(await call('inspect', key.all(request), names, [request.periodSeconds]));
    },
    async note(request) {
      const { recordTag, challenge, recordChallenge, sendId, note, keepSeconds } = request;
      const names = [nameRecord(recordTag, challenge), recordChallenge, sendId, note];
      await call('note', [key.budget(request)], names, [keepSeconds]);
    },
    async retract(request) {
      const names = [nameRecord(request.recordTag, request.challenge), request.attemptId];
      const keys = [key.budget(request), key.guesses(request)];
      const settings = [numberSide(request.side), request.challenge !== undefined];
      return (await call('retract', keys, names, settings)) === 1;
    },
    async release(request) {
      const { recordTag, challenge, side, recordChallenge, sendId } = request;
      const limits = request.limits.map(({ max, periodSeconds }) => [max, periodSeconds]);
      const names = [nameRecord(recordTag, challenge), recordChallenge, sendId];
      const settings = [numberSide(side), limits];
      return decodeReleaseReply(await call('release', [key.budget(request)], names, settings));
    },
    async hit(key, limit, group) {
      const { keys, settings } = encoder.encodeHit({ key, limit, group });
      const retryAfterMs = Number(await call('hit', keys, [], [], settings));
      return retryAfterMs === 0 ? { allowed: true } : { allowed: false, retryAfterMs };
    },
    async spend(request) {
      const { keys, names, settings } = encoder.encodeSpend(request);
      return decodeSpendReply(await call('spend', keys, names, [], [settings]), request);
    },
    async refund(request) {
      // Those of one turn may be on different servers of a cluster.
      await (countsTogether ? refundTogether(request) : refund([request]));
    },
    async claim(name, ttlSeconds) {
      return (await call('claim', [key.of('c', name)], [], [ttlSeconds])) === 1;
    },
    async claimed(name) {
      // Zeros mean a sign-in that never expires, so that only the name counts.
      return (await call('ended', [key.of('c', name)], [], [0, 0, 0])) === 1;
    },
    async ended(request) {
      const settings = [request.authTimeSeconds, request.ttlSeconds ?? 0, maxAheadSeconds];
      const keys = request.names.map((name) => key.of('c', name));
      keys.push(key.signOut(request));
      const old = key.oldSignOut(request);
      if (old !== undefined) keys.push(old);
      const ask = (keys: string[]) => call('ended', keys, [], settings);
      if (!client.isCluster) return (await ask(keys)) === 1;
      // The keys are on different servers.
      return (await Promise.all(keys.map((key) => ask([key])))).includes(1);
    },
    async exchange({ family, presented, next, ttlSeconds }) {
      const names = [presented ?? '', next ?? ''];
      return (await call('exchange', [key.of('f', family)], names, [ttlSeconds])) as ExchangeResult;
    },
    async ping() {
      await call('ping', [`${keyPrefix}ping`], [], []);
    },
    close,
  };
}
