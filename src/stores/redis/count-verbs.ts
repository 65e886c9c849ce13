import type { CountVerbs, LimitedHit, SpendRequest } from '../../count-verbs.js';
import { decodeSpend, encodeHit, encodeRefund, encodeSpend } from './day-counts.js';
import { splitReply } from './replies.js';

/** Other data may always take most of the memory. */
const memoryReserve = 1 / 10;

type Verb = 'hit' | 'spend' | 'refund';

export function createCountVerbs({
  call,
  keyOf,
  findFreeMemory,
}: {
  call(
    name: Verb,
    keys: string[],
    names: string[],
    settings: readonly unknown[],
    policy?: readonly unknown[],
  ): Promise<unknown>;
  keyOf(kind: string, tag: string): string;
  findFreeMemory(): number;
}) {
  const findRoom = (opensRecords: boolean | undefined) =>
    opensRecords ? findFreeMemory() / memoryReserve : 1;
  const encodeOwnHit = (hit: Omit<LimitedHit, 'limitName'>) =>
    encodeHit(hit, keyOf, findRoom(hit.limit.opensRecords));
  const encodeOwnSpend = (request: SpendRequest) =>
    encodeSpend(request, keyOf, findRoom(request.hit?.limit.opensRecords));

  const verbs: Required<CountVerbs> = {
    async hit(key, limit, group) {
      const { keys, settings } = encodeOwnHit({ key, limit, group });
      const retryAfterMs = Number(await call('hit', keys, [], [], settings));
      return retryAfterMs === 0 ? { allowed: true } : { allowed: false, retryAfterMs };
    },
    async spend(request) {
      const { keys, names, settings } = encodeOwnSpend(request);
      return decodeSpend(splitReply(await call('spend', keys, names, [], [settings])), request);
    },
    async refund(request) {
      const { keys, names, settings } = encodeRefund(request, keyOf);
      await call('refund', keys, names, settings);
    },
  };
  return { verbs, encodeHit: encodeOwnHit, encodeSpend: encodeOwnSpend };
}
