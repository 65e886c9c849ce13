import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseUnknownOptions } from '../core/known-options.js';
import { requestIdHeader } from '../core/request-id.js';
import type { Handler } from '../http/handler.js';
import {
  createBrokenBodyError,
  createTooLongError,
  type HttpRequest,
  maxBodyBytes,
} from '../http/request.js';
import type { TokenClaims } from '../tokens/claims.js';
import { createAsk, type ReplyOrResponse } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';
import { findHeader } from './header-lines.js';
import { cutOnceStalled, findPeer, waitForTurn } from './turns.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Claims of the token that `requireToken` of stateless-otp accepted. */
    claims?: TokenClaims;
  }
}

/** Fastify's own options, which it passes on to plugins. */
const registerOptions = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Serves the API in a Fastify app. Unknown paths are left to your not-found handler. With a prefix the routes are
 * `/auth/api/v1/…`. The caller's address is `request.ip`, so Fastify's `trustProxy` decides it.
 *
 * @param options none so far
 * @throws TypeError for any option; registering it rejects with one for options that are not Fastify's
 * @example
 * app.register(createFastifyPlugin(otp.handler), { prefix: '/auth' });
 */
export function createFastifyPlugin(
  handler: Handler,
  options: Record<string, never> = {},
): (instance: FastifyInstance, options?: object) => Promise<void> {
  refuseUnknownOptions(options, []);
  const ask = createAsk(handler);
  return async (instance, given = {}) => {
    refuseUnknownOptions(given, registerOptions);
    const answer = async (request: FastifyRequest, reply: FastifyReply, readBytes: ReadBytes) => {
      const exchange = { incoming: request.raw, outgoing: reply.raw };
      const remoteAddress = findPeer(exchange, request.ip);
      await waitForTurn(exchange, remoteAddress);
      const pass = async () => ({ body: await readBytes() });
      const answered = await ask({ ...convert(request, instance.prefix), remoteAddress, readBytes, pass });
      return answered.status === 404 ? reply.callNotFound() : send(reply, answered);
    };
    // Only the handler can judge the body; the app's own parsers are not affected.
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    instance.setErrorHandler<FastifyError>(async (error, request, reply) => {
      if (!/^(FST_ERR_CTP_|ECONN)/.test(error.code)) throw error;
      return answer(request, reply, async () => {
        throw error.statusCode === 413 ? createTooLongError() : createBrokenBodyError(error);
      });
    });
    instance.all('/*', (request, reply) => answer(request, reply, async () => takeBody(request)));
  };
}

/**
 * A hook that admits requests with a valid bearer token, with its claims in `request.claims`; answers 401 otherwise.
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
    const outcome = await guard(findHeader(withLines(request), 'authorization'));
    if ('refusal' in outcome) return send(reply, outcome.refusal);
    request.claims = outcome.claims;
  };
}

type ReadBytes = () => Promise<Uint8Array<ArrayBuffer>>;

/** The body, which Fastify has already read. */
function takeBody({ body }: FastifyRequest): Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array ? new Uint8Array(body) : new Uint8Array();
}

function convert(request: FastifyRequest, prefix: string): Omit<HttpRequest, 'remoteAddress' | 'readBytes'> {
  const { method, url, protocol, host } = request;
  const incoming = withLines(request);
  const [path = '', ...query] = url.slice(prefix.length).split('?');
  return {
    method,
    // The path may match the prefix in another spelling, under which nothing is served.
    path: url.startsWith(`${prefix}/`) ? path : '/',
    query: query.join('?'),
    scheme: protocol,
    host: findHeader({ ...incoming, headers: { host } }, 'host') ?? '',
    header: (name) => findHeader(incoming, name),
    // HTTP/2 pseudo-headers start with a colon.
    headerNames: () => Object.keys(incoming.headers).filter((name) => !name.startsWith(':')),
  };
}

/** The headers as the app has left them, with the lines that were sent. */
function withLines({ headers, raw }: FastifyRequest) {
  return { headers, rawHeaders: raw.rawHeaders };
}

function send(reply: FastifyReply, answer: ReplyOrResponse): FastifyReply {
  cutOnceStalled(reply.raw);
  if ('bodyUsed' in answer) return reply.send(answer);
  const { status, headers, body, requestId } = answer;
  if (requestId !== undefined) reply.header(requestIdHeader, requestId);
  // Bytes, since Fastify adds a charset to JSON strings and serialises null.
  const payload = typeof body === 'string' ? Buffer.from(body) : (body ?? undefined);
  return reply
    .code(status)
    .headers(headers as Record<string, string | string[]>)
    .send(payload);
}
