import { maxDigits } from '../core/code.js';
import type { Identity } from '../core/identity.js';
import { guessesToSwitchOff, type TestIdentities } from '../core/test-identities.js';
import type { Clock } from '../ports.js';
import type { Lengthening, PendingRecord } from '../store-verbs.js';

/** The fixed code of a test identity; it is never sent. */
export interface TestCode {
  code: string;
  lengthen(usual: Lengthening): Lengthening;
  /** What the typed code must equal for this record. */
  expect(record: PendingRecord): string;
}

/** Undefined unless it is a test identity that has not ended. */
export type FindTestCode = (identity: Identity) => TestCode | undefined;

/** Longer than any code. */
const switchedOffDigits = maxDigits + 1;

/**
 * A fixed code cannot be lengthened. Instead, after enough wrong guesses the identity's records get a length that no code
 * has, so every code is wrong.
 */
function createTestCode(code: string): TestCode {
  return {
    code,
    lengthen: (usual) => ({ ...usual, after: guessesToSwitchOff, digits: switchedOffDigits }),
    expect: (record) => (record.digits === switchedOffDigits ? '' : code),
  };
}

/** @returns undefined where there are no test identities */
export function createTestCodeFinder(identities: TestIdentities, clock: Clock): FindTestCode | undefined {
  if (identities.size === 0) return undefined;
  const codes = new Map(
    [...identities].map(([identity, { code, endsAt }]) => [identity, { endsAt, test: createTestCode(code) }]),
  );
  return ({ value }) => {
    const found = codes.get(value);
    return found && clock() < found.endsAt ? found.test : undefined;
  };
}
