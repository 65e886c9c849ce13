import type { Outcome } from './outcome.js';

/**
 * Takes outcomes somewhere: to the log, into metrics, to subscribers. It must not throw, wait or change the outcome, and
 * it must not keep `ip`.
 *
 * To add one: write a file in this folder that makes a `Sink`, and name it in `wire.ts`. Read what an outcome means from
 * its row in `table.ts`; a new kind of outcome is a member of `Outcome`, a row there, and a `report` where it happens.
 */
export interface Sink {
  /** Whether outcomes of the level `info` are taken at the moment. Rarer ones always are. */
  isOn(): boolean;
  take(outcome: Outcome): void;
}

/** Tells every sink what has happened. */
export interface Outcomes {
  /** Whether any sink takes outcomes of the level `info`; if not, do not even assemble them. */
  areWanted(): boolean;
  report(outcome: Outcome): void;
}

export function createOutcomes(given: readonly (Sink | undefined)[]): Outcomes {
  const sinks = given.filter((sink) => sink !== undefined);
  const [first, second] = sinks;
  // Usually the log alone, which needs no loop.
  if (first && !second) return { areWanted: first.isOn, report: first.take };
  return {
    areWanted: () => sinks.some((sink) => sink.isOn()),
    report(outcome) {
      for (const sink of sinks) sink.take(outcome);
    },
  };
}
