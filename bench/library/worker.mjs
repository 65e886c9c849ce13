// Measures the functions of one library: told a name and a length by its parent, it answers how many calls it made.
// A library is a module that exports `operations`: each prepares so many calls, then returns one call.

/**
 * @typedef {() => unknown} Call
 * @typedef {(count: number) => Promise<Call> | Call} Operation
 */

const callsPerLook = 50;

/** @type {{ operations: Record<string, Operation> }} */
const { operations } = await import(process.argv[2] ?? '');

process.on('message', async (/** @type {{ name: string, durationMs: number, count: number }} */ order) => {
  const prepareCalls = operations[order.name];
  if (!prepareCalls) throw new RangeError(`no operation ${order.name}`);
  const call = await prepareCalls(order.count);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let calls = 0;
  while (calls + callsPerLook <= order.count && performance.now() - startedAt < order.durationMs) {
    for (let i = 0; i < callsPerLook; i++) {
      const result = call();
      // Awaiting anything but a promise would be measured too.
      if (result instanceof Promise) await result;
    }
    calls += callsPerLook;
  }
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send?.({ calls, elapsedMs, cpuMicros: user + system });
});
