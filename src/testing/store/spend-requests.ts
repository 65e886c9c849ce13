import { type DaySpending, identityLadder, type Ladder, unitsPerSend } from '../../core/ladder.js';
import { daySeconds } from '../../core/policy.js';
import type { LimitedHit, SpendPlace, SpendRequest, SpendRow } from '../../count-verbs.js';
import { createTag, periodSeconds } from './subject.js';

const unlimited = 2 ** 50;

/** Figures in whole sends; networks do not count unless they are given a part. */
export function createLadder(
  free: number,
  checked: number,
  ofNetwork?: { max: number; from: number },
): Ladder {
  const figures = (max: number) => ({
    max: max * unitsPerSend,
    freshMax: max * unitsPerSend,
    networkMax: ofNetwork ? ofNetwork.max * unitsPerSend : unlimited,
    networkFrom: ofNetwork ? ofNetwork.from * unitsPerSend : 0,
  });
  return { periodSeconds: daySeconds, free: figures(free), checked: figures(checked) };
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
