interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    run: (lock: object | null) => Promise<unknown>,
  ): Promise<unknown>;
}

/** Far longer than a page needs to see what another has stored. */
const heldMs = 10_000;

/**
 * Runs this unless another page of this origin does so under the same name, or has just done so with success: then null.
 * Where the platform has no locks (Web Locks API) it runs always.
 *
 * The lock is held on as the memory of that. A storage alone is none: a page may see it later than the end of a lock.
 */
export async function runOnce<Result>(name: string, run: () => Promise<Result>): Promise<Result | null> {
  const { locks } = (globalThis as { navigator?: { locks?: Locks } }).navigator ?? {};
  if (!locks) return run();
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, async (lock) => {
        if (!lock) return resolve(null);
        try {
          resolve(await run());
        } catch (error) {
          return reject(error);
        }
        await new Promise((release) => {
          const timer: unknown = setTimeout(release, heldMs);
          // Node must not wait for it.
          (timer as { unref?: () => void }).unref?.();
        });
      })
      // A page of an opaque origin has locks that it may not use.
      .catch(() => run().then(resolve, reject));
  });
}
