import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { Handler } from '../http/handler.js';
import type { TokenClaims } from '../tokens/claims.js';
import { askFor } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';

export interface HonoHandlerOptions {
  /**
   * The caller's network address, for the address limits. Default: that of the connection, on `@hono/node-server`;
   * elsewhere unknown, and then **all callers share one limit**, so name it there.
   */
  remoteAddress?: ((request: Request, env: unknown) => string | null | undefined) | undefined;
}

/**
 * Serves the API where it is mounted in a Hono app. What the API does not know goes on to the next handler. Behind
 * `app.mount('/auth', …)` the routes are `/auth/api/v1/…`.
 *
 * @example
 * app.mount('/', createHonoHandler(otp.handler));
 */
export function createHonoHandler(
  handler: Handler,
  { remoteAddress = readRemoteAddress }: HonoHandlerOptions = {},
): (request: Request, env?: unknown) => Promise<Response> {
  return async (request, env) => {
    const address = remoteAddress(request, env);
    const response = await askFor(address, readExchange(env), (info) => handler(request, info));
    // Without an answer a mounted handler lets Hono go on, though the type has no word for it.
    return response.status === 404 ? (undefined as unknown as Response) : response;
  };
}

/**
 * Lets a request through with a good bearer token, whose claims are then `c.get('claims')`; answers 401 otherwise.
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
    if (outcome instanceof Response) return outcome;
    c.set('claims', outcome);
    await next();
  };
}

function readRemoteAddress(_request: Request, env: unknown): string | undefined {
  return readExchange(env)?.incoming.socket.remoteAddress;
}

/** Present on `@hono/node-server` only. */
function readExchange(env: unknown): HttpBindings | undefined {
  const { incoming, outgoing } = (env ?? {}) as Partial<HttpBindings>;
  return incoming && outgoing ? { incoming, outgoing } : undefined;
}
