import type * as FastCheck from 'fast-check';

/**
 * Checks a property for random input, the same in every run. Loads fast-check only now, so that the entry can be imported
 * without it.
 *
 * @throws Error when fast-check is not installed
 */
export async function forAll<Input>(
  { runs, seed }: { runs: number; seed: number },
  describeInput: (fc: typeof FastCheck) => FastCheck.Arbitrary<Input>,
  property: (input: Input) => Promise<void>,
): Promise<void> {
  const fc = await import('fast-check').catch((cause) => {
    throw new Error('The contract suites need fast-check: npm install --save-dev fast-check', { cause });
  });
  await fc.assert(fc.asyncProperty(describeInput(fc), property), { numRuns: runs, seed });
}
