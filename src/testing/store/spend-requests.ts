import { createLadder, type DaySpending, identityLadder, type Ladder } from '../../core/ladder.js';
import { daySeconds } from '../../core/policy.js';
import type { LimitedHit, SpendPlace, SpendRequest, SpendRow } from '../../count-verbs.js';
import { createTag, periodSeconds } from './subject.js';

/** Over a day. */
export function createDayLadder(free: number, checked: number, ofNetwork?: { max: number; from: number }) {
  const part = ofNetwork && { networkMax: ofNetwork.max, networkFrom: ofNetwork.from };
  return createLadder(daySeconds, { max: free, ...part }, { max: checked, ...part });
}

export const createRow = (ladder: Ladder, changes: Partial<SpendRow> = {}): SpendRow => ({
  limit: 'request_ip_day',
  key: createTag(),
  ladder,
  ...changes,
});

export const createSpend = (rows: SpendRow[], changes: Partial<SpendRequest> = {}): SpendRequest => ({
  slot: createTag(),
  rows,
  isOnSecondStep: false,
  isEnforced: true,
  ...changes,
});

export const createHit = (max: number): LimitedHit => ({
  limitName: 'verify_ip',
  key: createTag(),
  limit: { max, periodSeconds },
  group: undefined,
});

/** What a send counts for its identity over a day. */
export const createDay = (changes: Partial<DaySpending>): DaySpending => ({
  ladder: identityLadder,
  isOnSecondStep: true,
  canBeAsked: false,
  isEnforced: true,
  isPaid: false,
  network: undefined,
  receipt: '',
  ...changes,
});

export const createPlace = (key: string, place: string): SpendPlace => ({
  limit: 'phone_country',
  key,
  place,
  max: 3,
  periodSeconds: daySeconds,
});
