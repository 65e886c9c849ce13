import type { StoredBudget } from './budgets.js';
import type { DaySends } from './day-sends.js';
import type { ExpiringMap } from './expiring-map.js';
import type { GuessCounts } from './guess-counts.js';
import type { SignOuts } from './sign-outs.js';

/** What the verbs of the memory store share. */
export interface Tables {
  /** By budget tag. */
  budgets: ExpiringMap<StoredBudget>;
  guesses: GuessCounts;
  daySends: DaySends;
  signOuts: SignOuts;
  /** Of this process; tells the sends of one millisecond apart. */
  sendCount: number;
}
