import type { Puzzle } from './errors.js';
import { solvePuzzle } from './solver.js';

/** The script of the worker, which the build inserts. */
declare const SOLVER_SCRIPT: string;

/**
 * Solves a puzzle in a worker. Where the page's policy allows none (it takes `worker-src blob:`), solves it here, in small steps
 * between the page's other work.
 */
export async function solveAside(puzzle: Puzzle, signal: AbortSignal): Promise<string | null> {
  const solution = await solveInWorker(puzzle, signal).catch(() => undefined);
  return solution ?? solvePuzzle(puzzle, () => signal.aborted);
}

async function solveInWorker(puzzle: Puzzle, signal: AbortSignal): Promise<string> {
  const url = URL.createObjectURL(new Blob([SOLVER_SCRIPT], { type: 'text/javascript' }));
  let worker: Worker | undefined;
  try {
    worker = new Worker(url);
    const solving = worker;
    return await new Promise((resolve, reject) => {
      solving.onmessage = ({ data }) => resolve(data);
      solving.onerror = reject;
      signal.addEventListener('abort', reject);
      solving.postMessage(puzzle);
    });
  } finally {
    worker?.terminate();
    URL.revokeObjectURL(url);
  }
}
