import { setImmediate } from 'node:timers/promises';
import type { RefundRequest } from '../../count-verbs.js';
import { decodeRefundReply } from './replies.js';

/** Other commands wait while a script runs. */
const maxTogether = 100;

/**
 * Gives back in one call what one turn of the event loop gives back. Under load several codes are used in one turn, and most of
 * a call costs the same however much it gives back. When a call fails, all that it would have given back stays counted; when a
 * key of one request is broken, only that request fails.
 *
 * @param run returns the reply of `refund.lua`
 * @param fail reports why a request stays counted, and makes the error to reject with
 */
export function createRefunds(
  run: (requests: readonly RefundRequest[]) => Promise<unknown>,
  fail: (reason: Error) => Error,
) {
  let gathering: { requests: RefundRequest[]; done: ReturnType<typeof giveBack> } | undefined;

  async function giveBack(requests: readonly RefundRequest[]) {
    const { failed, reason } = decodeRefundReply(await run(requests));
    return { failed, error: reason === undefined ? undefined : fail(new Error(reason)) };
  }

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
    const place = gathering.requests.push(request) - 1;
    const { failed, error } = await gathering.done;
    if (error && failed.includes(place)) throw error;
  };
}
