import type { MiddlewareHandler } from 'hono';
import { refuseUnknownOptions } from '../core/known-options.js';
import type { Handler } from '../http/handler.js';
import { type RequestInfo, toWebResponse } from '../http/web.js';
import type { TokenClaims } from '../tokens/claims.js';
import { assertHandler } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';
import { cutOnceStalled, type Exchange, findPeer, waitForTurn } from './turns.js';

export interface HonoHandlerOptions {
  /**
   * The caller's network address, for the address limits. Default: that of the connection, on `@hono/node-server`;
   * elsewhere unknown, and then **all callers share one limit**, so name it there.
   */
  remoteAddress?: ((request: Request, env: unknown) => string | null | undefined) | undefined;
}

/**
 * Serves the API where it is mounted in a Hono app. Unknown paths continue with the next handler. Behind
 * `app.mount('/auth', …)` the routes are `/auth/api/v1/…`. Cloudflare Workers are kept running until the work after the answer is
 * done.
 *
 * @example
 * app.mount('/', createHonoHandler(otp.handler));
 */
export function createHonoHandler(
  handler: Handler,
  options: HonoHandlerOptions = {},
): (request: Request, env?: unknown, executionContext?: unknown) => Promise<Response> {
  assertHandler(handler);
  refuseUnknownOptions(options, ['remoteAddress']);
  const { remoteAddress } = options;
  return async (request, env, executionContext) => {
    const exchange = findExchange(env);
    const given = remoteAddress?.(request, env);
    const peer = exchange ? findPeer(exchange, given) : given;
    if (exchange) await waitForTurn(exchange, peer ?? undefined);
    const response = await handler(request, {
      remoteAddress: peer,
      waitUntil: findWaitUntil(executionContext),
    });
    if (exchange) cutOnceStalled(exchange.outgoing);
    // Returning nothing makes Hono continue, though the type does not say so.
    return response.status === 404 ? (undefined as unknown as Response) : response;
  };
}

/**
 * Admits requests with a valid bearer token, with its claims in `c.get('claims')`; answers 401 otherwise.
 *
 * @example
 * app.get('/me', requireToken(otp), (c) => c.json({ identity: c.get('claims').sub }));
 */
export function requireToken(
  otp: TokenVerifier,
  options?: GuardOptions,
): MiddlewareHandler<{ Variables: { claims: TokenClaims } }> {
  const guard = createGuard(otp, options);
  return async (c, next) => {
    const outcome = await guard(c.req.header('Authorization') ?? null);
    if ('refusal' in outcome) return toWebResponse(outcome.refusal);
    c.set('claims', outcome.claims);
    await next();
  };
}

/** Present on Cloudflare Workers, which require that it is called as a method. */
function findWaitUntil(executionContext: unknown): RequestInfo['waitUntil'] {
  const context = (executionContext ?? {}) as { waitUntil?: RequestInfo['waitUntil'] };
  return context.waitUntil && ((work) => context.waitUntil?.(work));
}

/** Present on `@hono/node-server` only. */
function findExchange(env: unknown): Exchange | undefined {
  const { incoming, outgoing } = (env ?? {}) as Partial<Exchange>;
  return incoming && outgoing ? { incoming, outgoing } : undefined;
}
