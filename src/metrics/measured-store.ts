import type { Durations } from '../fast/tallies.js';
import type { MonotonicClock, Store } from '../ports.js';
import { optionalVerbs, storeVerbs } from '../store-verbs.js';

const verbs = [...storeVerbs, ...optionalVerbs];

/** All other members: what a store says of itself. */
const traits: Record<Exclude<keyof Store, (typeof verbs)[number] | 'close'>, true> = {
  codeAlphabet: true,
  isStateless: true,
  isWindowed: true,
  countsTogether: true,
};

/** No verb takes more arguments. */
type Verb = (first?: unknown, second?: unknown, third?: unknown) => Promise<unknown>;

/** A command that is running. Reused for later commands: making two closures for each would take longer than the command. */
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
  const measured: Record<string, unknown> = { close: () => store.close() };
  for (const name of verbs) {
    const verb = members[name];
    if (verb !== undefined) measured[name] = measure(name, verb);
  }
  for (const name of Object.keys(traits)) measured[name] = members[name];
  return measured as unknown as Store;
}
