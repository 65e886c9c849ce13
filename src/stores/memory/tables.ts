import type { Clock } from '../../ports.js';
import type { Side } from '../../store-verbs.js';
import type { StoredBudget } from './budgets.js';
import type { ExpiringMap } from './expiring-map.js';
import type { GuessCounts } from './guess-counts.js';
import type { SignOuts } from './sign-outs.js';

/** What the verbs of the memory store share. */
export interface Tables {
  clock: Clock;
  /** By budget tag. */
  budgets: ExpiringMap<StoredBudget>;
  /** Apart from budgets, since they last for weeks: full of them, the other table would have no room for requests. */
  guesses: Record<Side, GuessCounts>;
  signOuts: SignOuts;
  /** Of this process; tells the sends of one millisecond apart. */
  sendCount: number;
}
