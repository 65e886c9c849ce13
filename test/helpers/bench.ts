import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseResult, Report } from '../../bench/results.js';
import { root, startProcess } from './process.js';

export async function runBench(args: string[]) {
  const running = startProcess(process.execPath, ['--import', 'tsx', `${root}bench/main.ts`, ...args]);
  const { code } = await running.exited;
  return { code, ...running.output };
}

/** Runs the cases with these words in their names, with a handful of requests each. */
export async function runSmoke(words: string[]): Promise<CaseResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-bench-test-'));
  try {
    const { code, stderr } = await runBench(['--smoke', '--out', folder, ...words]);
    if (code !== 0) throw new Error(stderr);
    const file = readdirSync(folder).find((name) => name.endsWith('.json')) ?? '';
    return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report).cases;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
