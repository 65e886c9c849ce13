import { setImmediate } from 'node:timers/promises';
import type { RefundRequest } from '../../count-verbs.js';

/** Other commands wait while a script runs. */
const maxTogether = 100;

/**
 * Gives back in one call what one turn of the event loop gives back. Under load several codes are used in one turn, and most of
 * a call costs the same however much it gives back. When a call fails, all that it would have given back stays counted.
 */
export function createRefunds(giveBack: (requests: readonly RefundRequest[]) => Promise<unknown>) {
  let gathering: { requests: RefundRequest[]; done: Promise<unknown> } | undefined;

  function gather() {
    const requests: RefundRequest[] = [];
    const done = setImmediate().then(() => {
      if (gathering?.requests === requests) gathering = undefined;
      return giveBack(requests);
    });
    return { requests, done };
  }

  return async (request: RefundRequest): Promise<void> => {
    if (!gathering || gathering.requests.length === maxTogether) gathering = gather();
    gathering.requests.push(request);
    await gathering.done;
  };
}
