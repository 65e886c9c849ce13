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
 * Runs this unless another page of this origin does so with the same token, or has just done so with success: then null.
 * Outside of pages and their workers, or where the browser has no locks (Web Locks API), it runs always.
 *
 * The lock is held on as the memory of that. A storage alone is none: a page may see it later than the end of a lock.
 *
 * @param name of what shares the token
 */
export async function runOnce<Result>(
  name: string,
  token: string,
  run: () => Promise<Result>,
): Promise<Result | null> {
  const locks = findLocks();
  if (!locks) return run();
  const lockName = `${name} ${await fingerprint(token)}`;
  return new Promise((resolve, reject) => {
    locks
      .request(lockName, { ifAvailable: true }, async (lock) => {
        if (!lock) return resolve(null);
        try {
          resolve(await run());
        } catch (error) {
          return reject(error);
        }
        await new Promise((release) => setTimeout(release, heldMs));
      })
      // A page of an opaque origin has locks that it may not use.
      .catch(() => run().then(resolve, reject));
  });
}

/**
 * Node 24 has locks too, for all clients of a process, which serve different people on storages of their own; only a
 * browser says whether its context is secure.
 */
function findLocks(): Locks | undefined {
  const { isSecureContext, navigator } = globalThis as {
    isSecureContext?: boolean;
    navigator?: { locks?: Locks };
  };
  return isSecureContext === true ? navigator?.locks : undefined;
}

/** Every script of the origin can list the names of locks, so a token is not in them. */
async function fingerprint(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
