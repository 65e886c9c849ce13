interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    run: (lock: object | null) => Promise<unknown>,
  ): Promise<unknown>;
}

/** Far longer than a page needs to see what another one has stored. */
const heldMs = 10_000;

/**
 * Runs a function unless another page of this origin is running it with the same token, or has just done so successfully:
 * then returns null. Always runs outside of browsers, and where the browser lacks the Web Locks API.
 *
 * The lock is kept for a while after success, since storage may become visible to other pages later than its release.
 *
 * @param name identifies the session that the pages share
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
      // Pages with an opaque origin may not use locks.
      .catch(() => run().then(resolve, reject));
  });
}

/**
 * Browsers only, which are recognised by `isSecureContext`. Node 24 has locks too, but shares them among all clients of the
 * process, which serve different people.
 */
function findLocks(): Locks | undefined {
  const { isSecureContext, navigator } = globalThis as {
    isSecureContext?: boolean;
    navigator?: { locks?: Locks };
  };
  return isSecureContext === true ? navigator?.locks : undefined;
}

/** Any script of the origin can list lock names, so they must not contain the token. */
async function fingerprint(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
