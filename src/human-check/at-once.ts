import { OtpError } from '../errors.js';

/**
 * Runs a few tasks at once; others wait for their turn.
 *
 * @returns a function that runs a task, and rejects with the OtpError `overloaded` when too many wait
 */
export function createTurns(max: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (running >= max) {
      if (waiting.length >= maxWaiting)
        throw new OtpError('overloaded', 'Too many solutions are being checked');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      // The next one takes this place, so that no other can.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
