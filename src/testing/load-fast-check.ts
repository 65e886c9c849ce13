/**
 * Loaded by the tests that need it, so that the entry can be imported without it.
 *
 * @throws Error when it is not installed
 */
export async function loadFastCheck() {
  try {
    return (await import('fast-check')).default;
  } catch (cause) {
    throw new Error('The contract suites need fast-check: npm install --save-dev fast-check', { cause });
  }
}
