import { type Figures, unitsPerSend } from '../../core/ladder.js';
import type { LimitedHit, RefundRequest, SpendRequest, SpendRow } from '../../count-verbs.js';
import { lowerLimits } from '../room.js';

/** Other data may always take most of the memory. */
const memoryReserve = 1 / 10;

/** Encodes for the scripts what counts against limits that belong to no single identity. */
export function createCountEncoder(
  keyOf: (kind: string, tag: string) => string,
  findFreeMemory: () => number,
) {
  /** For `hit.lua`. The keys have the hash tag of the group, so that a cluster keeps them on one server. */
  function encodeHit({ key, limit, group }: Omit<LimitedHit, 'limitName'>) {
    const room = limit.opensRecords ? findFreeMemory() / memoryReserve : 1;
    const maxima = lowerLimits(key, limit, group, room).map(({ max }) => max);
    const keys = group ? [keyOf('a', group.key), `${keyOf('a', group.key)}:${key}`] : [keyOf('a', key)];
    return { keys, settings: [limit.periodSeconds, maxima] as const };
  }

  /** In the order that the scripts expect. */
  function addKeys(keys: string[], { slot, rows, place }: Pick<SpendRequest, 'slot' | 'rows' | 'place'>) {
    const slotKey = keyOf('d', slot);
    for (const { key, network, isGrowing } of rows) {
      keys.push(`${slotKey}:${key}`);
      if (network !== undefined) keys.push(`${slotKey}:${key}:${network}`);
      if (isGrowing) keys.push(`${slotKey}:${key}:days`);
    }
    if (place) keys.push(`${slotKey}:${place.key}:places`);
  }

  /** For `spending.lua`. */
  function encodeSpend(request: SpendRequest) {
    const { rows, place, hit } = request;
    const counted = hit && encodeHit(hit);
    const keys = counted?.keys ?? [];
    const [hitSeconds, maxima] = counted?.settings ?? [0, []];
    addKeys(keys, request);
    const settings: unknown[] = [
      request.units ?? unitsPerSend,
      request.isOnSecondStep,
      request.isEnforced,
      hitSeconds,
      maxima,
      listRows(rows),
      place?.max ?? 0,
      place?.periodSeconds ?? 0,
    ];
    return { keys, names: [place?.place ?? ''], settings };
  }

  /** For `refund.lua`. */
  function encodeRefunds(requests: readonly RefundRequest[]) {
    const keys: string[] = [];
    const names: string[] = [];
    const settings: unknown[] = [];
    for (const request of requests) {
      const { rows, place, atMs, units, isSignIn } = request;
      addKeys(keys, request);
      names.push(place?.place ?? '');
      settings.push([atMs, units, isSignIn, rows.map(listRefundedRow), place?.periodSeconds ?? 0]);
    }
    return { keys, names, settings };
  }

  return { encodeHit, encodeSpend, encodeRefunds };
}

function listRows(rows: readonly SpendRow[]) {
  return rows.map(({ ladder, network, isGrowing = false }) => [
    ladder.periodSeconds,
    listFigures(ladder.free),
    listFigures(ladder.checked),
    network !== undefined,
    isGrowing,
  ]);
}

function listRefundedRow({ ladder, network, isGrowing = false }: SpendRow) {
  return [ladder.periodSeconds, network !== undefined, isGrowing];
}

const listed = new WeakMap<Figures, readonly number[]>();

/** The same list each time, which is recognized without comparing its items. */
export function listFigures(figures: Figures): readonly number[] {
  let list = listed.get(figures);
  if (!list) {
    const { max, freshMax, networkMax, networkFrom } = figures;
    list = [max, freshMax, networkMax, networkFrom];
    listed.set(figures, list);
  }
  return list;
}
