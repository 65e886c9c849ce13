import { readFileSync } from 'node:fs';

/** The most memory in MiB that a process has had so far, on Linux. */
export function readPeakMemory(pid: number | undefined): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
