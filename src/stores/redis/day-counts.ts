import { type DaySpending, type Figures, unitsPerSend } from '../../core/ladder.js';
import type { LimitName } from '../../core/policy.js';
import type {
  HitGroup,
  HitLimit,
  RefundRequest,
  SpendPlace,
  SpendRequest,
  SpendResult,
  SpendRow,
} from '../../count-verbs.js';
import { lowerLimits } from '../room.js';

type KeyOf = (kind: string, tag: string) => string;

/** What a script is called with. */
export interface ScriptCall {
  keys: string[];
  names: string[];
  settings: unknown[];
}

export function encodeSpend(request: SpendRequest, keyOf: KeyOf, freePart: number): ScriptCall {
  const { slot, rows, place, hit } = request;
  const counted = hit && encodeHit(hit, keyOf, freePart);
  const keys = counted?.keys ?? [];
  const [hitSeconds, maxima] = counted?.settings ?? [0, []];
  addKeys(keys, keyOf('d', slot), rows, place);
  const settings = [
    request.units ?? unitsPerSend,
    request.isOnSecondStep,
    request.isEnforced,
    hitSeconds,
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
export function decodeSpend([first, second, third]: readonly string[], request: SpendRequest): SpendResult {
  if (first !== '0') return decodeSpendRefusal([first, second, third], request);
  return { status: 'counted', atMs: Number(second), exceeded: nameRow(Number(third), request) };
}

/** See `spending.lua`. */
export function decodeSpendRefusal(
  [by, ms, isHelped]: readonly (string | undefined)[],
  request: SpendRequest,
): Extract<SpendResult, { status: 'limited' }> {
  const limit = by === '-1' ? request.hit?.limitName : nameRow(Number(by), request);
  if (limit === undefined) throw new Error('the script refused by a row that it was not given');
  return { status: 'limited', limit, retryAfterMs: Number(ms), isHelpedByCheck: isHelped === '1' };
}

/** The limit of a row; undefined for 0. */
export function nameRow(number: number, { rows, place }: SpendRequest): LimitName | undefined {
  if (number === 0) return undefined;
  return (rows[number - 1] ?? place)?.limit;
}

export function encodeRefund(request: RefundRequest, keyOf: KeyOf): ScriptCall {
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

/** What `opening.lua` is told of the limits over a day. */
export function addDay(settings: unknown[], day: DaySpending): void {
  const { ladder, isOnSecondStep, canBeAsked } = day;
  settings.push(
    listFigures(isOnSecondStep ? ladder.checked : ladder.free),
    canBeAsked && !isOnSecondStep && listFigures(ladder.checked),
    day.isEnforced,
    day.isPaid,
  );
}

/** What `hit.lua` is told. */
export function encodeHit(
  { key, limit, group }: { key: string; limit: HitLimit; group: HitGroup | undefined },
  keyOf: KeyOf,
  freePart: number,
) {
  const maxima = lowerLimits(key, limit, group, freePart).map(({ max }) => max);
  return { keys: nameHitKeys(keyOf, key, group), settings: [limit.periodSeconds, maxima] as const };
}

/** The hash tag of the group, so that a cluster keeps its keys on one server. */
function nameHitKeys(keyOf: KeyOf, key: string, group: HitGroup | undefined): string[] {
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

const listed = new WeakMap<Figures, readonly number[]>();

/** The same list each time, so that it is recognized without a look at its items. */
function listFigures(figures: Figures): readonly number[] {
  const known = listed.get(figures);
  if (known) return known;
  const { max, freshMax, networkMax, networkFrom } = figures;
  const list = [max, freshMax, networkMax, networkFrom];
  listed.set(figures, list);
  return list;
}
