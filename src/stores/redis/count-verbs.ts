import type { CountVerbs } from '../../count-verbs.js';
import { lowerLimits } from '../room.js';
import { decodeSpend, encodeRefund, encodeSpend, nameHitKeys, type SpendReply } from './day-counts.js';

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
}): Required<CountVerbs> {
  const findRoom = (opensRecords: boolean | undefined) =>
    opensRecords ? findFreeMemory() / memoryReserve : 1;
  return {
    async hit(key, limit, group) {
      const limits = lowerLimits(key, limit, group, findRoom(limit.opensRecords)).map(({ max }) => max);
      const keys = nameHitKeys(keyOf, key, group);
      const retryAfterMs = Number(await call('hit', keys, [], [limit.periodSeconds, ...limits]));
      return retryAfterMs === 0 ? { allowed: true } : { allowed: false, retryAfterMs };
    },
    async spend(request) {
      const { keys, names, settings } = encodeSpend(
        request,
        keyOf,
        findRoom(request.hit?.limit.opensRecords),
      );
      return decodeSpend((await call('spend', keys, names, [], settings)) as SpendReply, request);
    },
    async refund(request) {
      const { keys, names, settings } = encodeRefund(request, keyOf);
      await call('refund', keys, names, settings);
    },
  };
}
