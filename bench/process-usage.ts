import { readdirSync, readFileSync } from 'node:fs';

/** How often the kernel counts where it has no finer clock (USER_HZ, the same on all usual Linux systems). */
const ticksPerSecond = 100;

/** The process and all that it has started. */
export function listProcessTree(pid: number): number[] {
  const children = listTasks(pid).flatMap((task) =>
    (readOrNull(`/proc/${pid}/task/${task}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(listProcessTree)];
}

/** CPU time used by the process and all that it has started, in microseconds; null where there is no /proc. */
export function readCpuMicros(pid: number): number | null {
  const times = listProcessTree(pid).map(readOwnCpuMicros);
  return times.includes(null) ? null : times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
}

/** The most memory that the process and all that it has started ever held, in MiB; null where there is no /proc. */
export function readPeakMiB(pid: number): number | null {
  let total = 0;
  for (const id of listProcessTree(pid)) {
    const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readOrNull(`/proc/${id}/status`) ?? '') ?? [];
    if (kib === undefined) return null;
    total += Number(kib) / 1024;
  }
  return total;
}

/** Nanoseconds of each thread where the kernel keeps them; otherwise ticks of 10 ms. */
function readOwnCpuMicros(pid: number): number | null {
  const threads = listTasks(pid).map((task) => readOrNull(`/proc/${pid}/task/${task}/schedstat`));
  if (threads.length > 0 && !threads.includes(null)) {
    return threads.reduce((sum, text) => sum + Number(text?.split(' ')[0]) / 1000, 0);
  }
  // The name, in parentheses, may hold blanks.
  const fields = readOrNull(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields ? ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6 : null;
}

function listTasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Processes and threads end at any moment. */
function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
