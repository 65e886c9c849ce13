import { type DaySpending, type Figures, unitsPerSend } from '../../core/ladder.js';
import type { RefundRequest, SpendPlace, SpendRequest, SpendResult, SpendRow } from '../../count-verbs.js';
import { lowerLimits } from '../room.js';

type KeyOf = (kind: string, tag: string) => string;

/** What a script is called with. */
interface Command {
  keys: string[];
  names: string[];
  settings: unknown[];
}

export function encodeSpend(request: SpendRequest, keyOf: KeyOf, freePart: number): Command {
  const { slot, rows, place, hit } = request;
  const keys = hit ? nameHitKeys(keyOf, hit.key, hit.group) : [];
  const maxima = hit ? lowerLimits(hit.key, hit.limit, hit.group, freePart).map(({ max }) => max) : [];
  addKeys(keys, keyOf('d', slot), rows, place);
  const settings = [
    request.units ?? unitsPerSend,
    request.isOnSecondStep,
    request.isEnforced,
    hit?.limit.periodSeconds ?? 0,
    maxima,
    rows.map(({ ladder, network, isGrowing = false }) => [
      ladder.periodSeconds,
      listFigures(ladder.free),
      listFigures(ladder.checked),
      network !== undefined,
      isGrowing,
    ]),
    place?.max ?? 0,
    place?.periodSeconds ?? 0,
  ];
  return { keys, names: [place?.place ?? ''], settings };
}

/** See the header of `spend.lua`. */
export type SpendReply = [refusedBy: number, ms: number | string, detail: number];

export function decodeSpend(
  [first, second, third]: SpendReply,
  { rows, place, hit }: SpendRequest,
): SpendResult {
  const name = (number: number) => (rows[number - 1] ?? place)?.limit;
  if (first === 0) return { status: 'counted', atMs: Number(second), exceeded: name(third) };
  const limit = first === -1 ? hit?.limitName : name(first);
  if (limit === undefined) throw new Error('the script refused by a row that it was not given');
  return { status: 'limited', limit, retryAfterMs: Number(second), isHelpedByCheck: third === 1 };
}

export function encodeRefund(request: RefundRequest, keyOf: KeyOf): Command {
  const { slot, rows, place, atMs, units, isSignIn } = request;
  const keys: string[] = [];
  addKeys(keys, keyOf('d', slot), rows, place);
  const shapes = rows.map(({ ladder, network, isGrowing = false }) => [
    ladder.periodSeconds,
    network !== undefined,
    isGrowing,
  ]);
  const settings = [atMs, units, isSignIn, shapes, place?.periodSeconds ?? 0];
  return { keys, names: [place?.place ?? ''], settings };
}

/** What `open.lua` is told of the limits over a day. */
export function addDay(names: string[], settings: unknown[], day: DaySpending): void {
  const { ladder, isOnSecondStep, canBeAsked } = day;
  names.push(day.network ?? '', day.receipt);
  settings.push(
    listFigures(isOnSecondStep ? ladder.checked : ladder.free),
    canBeAsked && !isOnSecondStep && listFigures(ladder.checked),
    day.isEnforced,
    day.isPaid,
  );
}

/** The hash tag of the group, so that a cluster keeps its keys on one server. */
export function nameHitKeys(keyOf: KeyOf, key: string, group: { key: string } | undefined): string[] {
  return group ? [keyOf('a', group.key), `${keyOf('a', group.key)}:${key}`] : [keyOf('a', key)];
}

/** In the order that the scripts expect. */
function addKeys(
  keys: string[],
  slotKey: string,
  rows: readonly SpendRow[],
  place: SpendPlace | undefined,
): void {
  for (const { key, network, isGrowing } of rows) {
    keys.push(`${slotKey}:${key}`);
    if (network !== undefined) keys.push(`${slotKey}:${key}:${network}`);
    if (isGrowing) keys.push(`${slotKey}:${key}:days`);
  }
  if (place) keys.push(`${slotKey}:${place.key}:places`);
}

function listFigures({ max, freshMax, networkMax, networkFrom }: Figures): number[] {
  return [max, freshMax, networkMax, networkFrom];
}
