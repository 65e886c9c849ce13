/** Takes what is to run with all else of this turn; it must not throw. */
export type Batch = (run: () => void) => void;

/**
 * Collects what comes up in one turn of the event loop, and runs it together when all sockets have been read.
 *
 * Each system call leaves little of our code in the processor's caches. Requests that are answered one after the other,
 * between the calls that read and write them, fetch it anew each time; together they fetch it once. A request that comes
 * alone waits for nothing: the same turn goes on with it.
 */
export function createBatch(): Batch {
  let waiting: (() => void)[] = [];

  function runAll(): void {
    const all = waiting;
    waiting = [];
    for (const run of all) run();
  }

  return (run) => {
    if (waiting.length === 0) setImmediate(runAll);
    waiting.push(run);
  };
}
