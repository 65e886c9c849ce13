import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Handler } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';
import { maxBodyBytes } from '../http/request.js';
import type { TokenClaims } from '../tokens/claims.js';
import { askFor, unknownHost } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';
import { readHeader } from './header-lines.js';

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
    instance.setErrorHandler<FastifyError>(({ statusCode }, _request, reply) => {
      const isTooLong = statusCode === 413;
      const detail = isTooLong ? `The body must be at most ${maxBodyBytes} bytes` : 'The body cannot be read';
      return reply.send(respondProblem('invalid_request', detail));
    });
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
    const outcome = await guard(readHeader(withLines(request), 'authorization'));
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
  const incoming = withLines(request);
  const headers = new Headers();
  for (const name of Object.keys(incoming.headers)) {
    const value = readHeader(incoming, name);
    // Of HTTP/2 there are names that begin with a colon; they are no headers.
    if (value !== null && !name.startsWith(':')) headers.set(name, value);
  }
  const target = locate(request);
  if (!target) return respondProblem('invalid_request', 'The Host header is malformed');
  const [path = '', ...query] = url.slice(prefix.length).split('?');
  // A path may match the prefix in other spellings; those are no routes of ours.
  target.pathname = url.startsWith(`${prefix}/`) ? path : '/';
  target.search = query.join('?');
  const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'TRACE';
  const init = hasBody ? { method, body: body instanceof Uint8Array ? body : null } : {};
  const asked = new Request(target, { headers, ...init });
  // No Request can be made with TRACE.
  if (!hasBody) Object.defineProperty(asked, 'method', { value: method });
  return askFor(ip, { incoming: request.raw, outgoing: reply.raw }, (info) => handler(asked, info));
}

/** The headers as the app has left them, and the lines that they were sent in. */
function withLines({ headers, raw }: FastifyRequest) {
  return { headers, rawHeaders: raw.rawHeaders };
}

/** What a Host header may hold: a name or an address, and a port (RFC 9110 §7.2). */
const hostPattern = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?$/i;

/** The root of the host that was asked; null for one that is malformed. */
function locate({ protocol, host }: FastifyRequest): URL | null {
  try {
    return host === '' || hostPattern.test(host) ? new URL(`${protocol}://${host || unknownHost}`) : null;
  } catch {
    return null;
  }
}
