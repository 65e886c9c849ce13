import type { Outcome } from '../../src/outcomes/outcome.js';
import { createOutcomes } from '../../src/outcomes/outcomes.js';

/** Takes no outcomes. */
export const noOutcomes = createOutcomes([]);

/** Keeps every outcome that is reported. */
export function keepOutcomes() {
  const kept: Outcome[] = [];
  const outcomes = createOutcomes([{ isOn: () => true, take: (outcome) => void kept.push(outcome) }]);
  return { kept, outcomes };
}

/** A logger that keeps its lines, as objects with their `level` and `msg`. */
export function keepLines() {
  const lines: Record<string, unknown>[] = [];
  const write = (level: string) => (fields: Record<string, unknown>, msg: string) =>
    void lines.push({ level, ...fields, msg });
  return { lines, logger: { info: write('info'), warn: write('warn'), error: write('error') } };
}
