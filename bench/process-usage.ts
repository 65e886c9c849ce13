import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the same on all usual Linux systems. */
const ticksPerSecond = 100;

/** The process and all that it has started. */
function listProcessTree(pid: number): number[] {
  const children = listTasks(pid).flatMap((task) =>
    (readOrNull(`/proc/${pid}/task/${task}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(listProcessTree)];
}

/** CPU time used by a process and all that it has started, up to a moment. */
export interface CpuReading {
  /** Nanoseconds of each thread that lives, by process and thread; empty where the kernel does not keep them. */
  threads: Map<string, number>;
  /** The same in ticks of 10 ms, threads that have ended included; null where there is no /proc. */
  ticks: number | null;
}

export function readCpu(pid: number): CpuReading {
  const threads = new Map<string, number>();
  let ticks: number | null = null;
  for (const id of listProcessTree(pid)) {
    for (const task of listTasks(id)) {
      const text = readOrNull(`/proc/${id}/task/${task}/schedstat`);
      if (text !== null) threads.set(`${id}/${task}`, Number(text.split(' ')[0]));
    }
    // The name, in parentheses, may hold blanks.
    const fields = readOrNull(`/proc/${id}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ');
    if (fields) ticks = (ticks ?? 0) + Number(fields[11]) + Number(fields[12]);
  }
  return { threads, ticks };
}

/** Microseconds used between two readings; null where they cannot be had. */
export function countCpuMicros(before: CpuReading, after: CpuReading): number | null {
  const hasAll = [...before.threads.keys()].every((thread) => after.threads.has(thread));
  if (after.threads.size > 0 && hasAll) {
    let nanoseconds = 0;
    for (const [thread, time] of after.threads) nanoseconds += time - (before.threads.get(thread) ?? 0);
    return nanoseconds / 1000;
  }
  // What a thread that has ended used is in the ticks only.
  if (before.ticks === null || after.ticks === null) return null;
  return ((after.ticks - before.ticks) / ticksPerSecond) * 1e6;
}

/** The most memory that the process and all that it has started ever held, in MiB; null where there is no /proc. */
export function readPeakMiB(pid: number): number | null {
  return readMiB(pid, 'VmHWM');
}

/** What they hold now. */
export function readResidentMiB(pid: number): number | null {
  return readMiB(pid, 'VmRSS');
}

function readMiB(pid: number, field: 'VmHWM' | 'VmRSS'): number | null {
  let total = 0;
  for (const id of listProcessTree(pid)) {
    const status = readOrNull(`/proc/${id}/status`) ?? '';
    const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    if (kib === undefined) return null;
    total += Number(kib) / 1024;
  }
  return total;
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
