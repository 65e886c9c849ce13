import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maxBodyBytes } from '../http/call.js';
import type { Handler } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';
import type { TokenClaims } from '../tokens/claims.js';
import { askFor, unknownHost } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the token says that `requireToken` of stateless-otp let through. */
    claims?: TokenClaims;
  }
}

/**
 * Serves the API in a Fastify app. What the API does not know is not found. With a prefix the routes are
 * `/auth/api/v1/…`. The caller's address is `request.ip`, so Fastify's `trustProxy` decides it.
 *
 * @example
 * app.register(createFastifyPlugin(otp.handler), { prefix: '/auth' });
 */
export function createFastifyPlugin(handler: Handler): (instance: FastifyInstance) => Promise<void> {
  return async (instance) => {
    // Bodies are read and refused by the handler; the parsers of the app are not touched.
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    instance.setErrorHandler((_error, _request, reply) =>
      reply.send(respondProblem('invalid_request', `The body must be at most ${maxBodyBytes} bytes`)),
    );
    instance.all('/*', async (request, reply) => {
      const response = await answer(handler, request, reply, instance.prefix);
      return response.status === 404 ? reply.callNotFound() : reply.send(response);
    });
  };
}

/**
 * A hook that lets a request through with a good bearer token, whose claims are then in `request.claims`; answers 401
 * otherwise.
 *
 * @example
 * app.get('/me', { onRequest: requireToken(otp) }, async ({ claims }) => ({ identity: claims?.sub }));
 */
export function requireToken(
  otp: TokenVerifier,
  options?: GuardOptions,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const guard = createGuard(otp, options);
  return async (request, reply) => {
    const outcome = await guard(request.headers.authorization);
    if (outcome instanceof Response) return reply.send(outcome);
    request.claims = outcome;
  };
}

async function answer(
  handler: Handler,
  request: FastifyRequest,
  reply: FastifyReply,
  prefix: string,
): Promise<Response> {
  const { method, url, body, ip } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // Of HTTP/2 there are names that begin with a colon; they are no headers.
    if (value !== undefined && !name.startsWith(':')) headers.set(name, String(value));
  }
  let target: URL;
  try {
    target = new URL(`${request.protocol}://${request.host || unknownHost}`);
  } catch {
    return respondProblem('invalid_request', 'The Host header is malformed');
  }
  const [path = '', ...query] = url.slice(prefix.length).split('?');
  // A path may match the prefix in other spellings; those are no routes of ours.
  target.pathname = url.startsWith(`${prefix}/`) ? path : '/';
  target.search = query.join('?');
  const init =
    method === 'GET' || method === 'HEAD' ? {} : { body: body instanceof Uint8Array ? body : null };
  return askFor(ip, { incoming: request.raw, outgoing: reply.raw }, (info) =>
    handler(new Request(target, { method, headers, ...init }), info),
  );
}
