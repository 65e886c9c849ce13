/** Far longer than anything takes on a machine that is slow and busy; only a failure waits for it. */
export const patienceMs = 120_000;

/** Waits until this holds. @throws that it never came to hold, by the name that it is given */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
