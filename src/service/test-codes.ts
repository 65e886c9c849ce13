import { maxDigits } from '../core/code.js';
import type { Identity } from '../core/identity.js';
import type { TestIdentities } from '../core/test-identities.js';
import type { Clock } from '../ports.js';
import type { Lengthening, PendingRecord } from '../store-verbs.js';

/** The known code of a test identity, which is never sent. */
export interface TestCode {
  code: string;
  lengthen(usual: Lengthening): Lengthening;
  /** What a typed code must equal to be right for this record. */
  expect(record: PendingRecord): string;
}

/** Undefined for any other identity, and after the last day of a test identity. */
export type FindTestCode = (identity: Identity) => TestCode | undefined;

/** Wrong guesses in 100 days that switch a test identity off. */
const guessesToSwitchOff = 20;
/** More than any code has. */
const switchedOffDigits = maxDigits + 1;

/**
 * A known code cannot get longer. After enough wrong guesses the records of its identity are made with a length that no
 * code has, and nothing is right any more.
 */
function createTestCode(code: string): TestCode {
  return {
    code,
    lengthen: (usual) => ({ ...usual, after: guessesToSwitchOff, digits: switchedOffDigits }),
    expect: (record) => (record.digits === switchedOffDigits ? '' : code),
  };
}

export function createTestCodeFinder(identities: TestIdentities, clock: Clock): FindTestCode {
  const codes = new Map(
    [...identities].map(([identity, { code, endsAt }]) => [identity, { endsAt, test: createTestCode(code) }]),
  );
  return ({ value }) => {
    const found = codes.size === 0 ? undefined : codes.get(value);
    return found && clock() < found.endsAt ? found.test : undefined;
  };
}
