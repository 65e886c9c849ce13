// The script of a Web Worker: takes a puzzle, gives its solution.

import type { Puzzle } from './errors.js';
import { solvePuzzle } from './solver.js';

addEventListener('message', async ({ data }: MessageEvent<Puzzle>) => postMessage(await solvePuzzle(data)));
