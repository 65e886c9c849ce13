interface Locks {
  request<Result>(name: string, run: () => Promise<Result>): Promise<Result>;
}

/** Lets one page of an origin at a time run this, where the platform has locks (Web Locks API). */
export async function runExclusively<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const { locks } = (globalThis as { navigator?: { locks?: Locks } }).navigator ?? {};
  if (!locks) return run();
  let hasStarted = false;
  try {
    return await locks.request(name, () => {
      hasStarted = true;
      return run();
    });
  } catch (error) {
    // A page of an opaque origin has locks that it may not use.
    if (hasStarted) throw error;
    return run();
  }
}
