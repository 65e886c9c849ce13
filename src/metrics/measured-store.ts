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

const traits = {
  codeAlphabet: true,
  isStateless: true,
  isWindowed: true,
  countsTogether: true,
} satisfies Record<keyof StoreTraits, true>;

/** None takes more. */
type Verb = (first?: unknown, second?: unknown, third?: unknown) => Promise<unknown>;

/** A command under way. Used again for later ones: two functions and what they hold for each command take longer than it. */
interface Timing {
  startedAt: number;
  succeed(): void;
  fail(): void;
}

/** The same store, with the time of each command noted. */
export function measureStore(store: Store, durations: Durations, clock: MonotonicClock): Store {
  function measure(name: string, verb: Verb): Verb {
    const [addOk, addFailed] = [durations.adder(name, 'ok'), durations.adder(name, 'failed')];
    const idle: Timing[] = [];

    function createTiming(): Timing {
      const end = (add: (ms: number) => void) => () => {
        add(clock.now() - timing.startedAt);
        idle.push(timing);
      };
      const timing: Timing = { startedAt: 0, succeed: end(addOk), fail: end(addFailed) };
      return timing;
    }

    return (first, second, third) => {
      const timing = idle.pop() ?? createTiming();
      timing.startedAt = clock.now();
      const answer = verb.call(store, first, second, third);
      answer.then(timing.succeed, timing.fail);
      return answer;
    };
  }

  const members = store as unknown as Record<string, Verb | undefined>;
  const measured: Record<string, unknown> = {};
  for (const name of Object.keys(verbs)) {
    const verb = members[name];
    if (verb !== undefined) measured[name] = name === 'close' ? verb.bind(store) : measure(name, verb);
  }
  for (const name of Object.keys(traits)) measured[name] = members[name];
  return measured as unknown as Store;
}
