import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Handler } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';

export interface NodeListenerOptions {
  /**
   * Replace the global Request and Response by ones that are faster in node:http; for a process that does
   * nothing else. Default false.
   */
  overrideGlobals?: boolean;
}

/**
 * Serves a handler from `node:http`.
 *
 * @example
 * import { createServer } from 'node:http';
 * createServer(createNodeListener(otp.handler)).listen(8000);
 */
export function createNodeListener(handler: Handler, options: NodeListenerOptions = {}): RequestListener {
  return getRequestListener(
    // A connection that is already gone has no address; all of those share one budget.
    (request, env) => handler(request, { remoteAddress: env.incoming.socket.remoteAddress ?? 'unknown' }),
    {
      overrideGlobalObjects: options.overrideGlobals ?? false,
      errorHandler: () =>
        respondProblem('invalid_request', 'The request line or the Host header is malformed'),
    },
  );
}
