import type { StoreTraits } from '../core/store-traits.js';
import type { Durations } from '../fast/tallies.js';
import type { MonotonicClock, Store } from '../ports.js';

/** Every verb of a store; some need not have them all. */
const verbs = {
  open: true,
  attempt: true,
  consume: true,
  retract: true,
  clear: true,
  inspect: true,
  note: true,
  release: true,
  hit: true,
  spend: true,
  refund: true,
  claim: true,
  claimed: true,
  ended: true,
  exchange: true,
  ping: true,
  close: true,
} satisfies Record<Exclude<keyof Store, keyof StoreTraits>, true>;

/** None takes more. */
type Verb = (first?: unknown, second?: unknown, third?: unknown) => Promise<unknown>;

/** The same store, with the time of each command noted. */
export function measureStore(store: Store, durations: Durations, clock: MonotonicClock): Store {
  function measure(name: string, verb: Verb): Verb {
    return (first, second, third) => {
      const startedAt = clock.now();
      const answer = verb.call(store, first, second, third);
      answer.then(
        () => durations.add(clock.now() - startedAt, name, 'ok'),
        () => durations.add(clock.now() - startedAt, name, 'failed'),
      );
      return answer;
    };
  }

  const members = store as unknown as Record<string, Verb | undefined>;
  const measured: Record<string, Verb> = {};
  for (const name of Object.keys(verbs)) {
    const verb = members[name];
    if (verb !== undefined) measured[name] = name === 'close' ? verb.bind(store) : measure(name, verb);
  }
  const { codeAlphabet, isStateless, isWindowed } = store;
  return { ...(measured as unknown as Store), codeAlphabet, isStateless, isWindowed };
}
