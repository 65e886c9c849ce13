import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseUnknownOptions } from '../core/known-options.js';
import type { Handler } from '../http/handler.js';
import { createTooLongError, maxBodyBytes } from '../http/request.js';
import type { TokenClaims } from '../tokens/claims.js';
import { createAsk, type PassableRequest } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';
import { findHeader } from './header-lines.js';
import { sendAnswer } from './node-answer.js';
import { createNodeRequest } from './node-request.js';
import { findPeer, waitForTurn } from './turns.js';

declare global {
  namespace Express {
    interface Request {
      /** Claims of the token that `requireToken` of stateless-otp accepted. */
      claims?: TokenClaims;
    }
  }
}

/** The part of Express's request used here. */
export interface ExpressRequest extends IncomingMessage {
  ip?: string | undefined;
  body?: unknown;
  claims?: TokenClaims;
}

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Serves the API in an Express app, before or after `express.json()`. Unknown paths continue with the next handler. Behind
 * `app.use('/auth', …)` the routes are `/auth/api/v1/…`. The caller's address is `req.ip`, so Express's `trust proxy`
 * decides it.
 *
 * @param options none so far
 * @throws TypeError for any option
 * @example
 * app.use(createExpressMiddleware(otp.handler));
 */
export function createExpressMiddleware(
  handler: Handler,
  options: Record<string, never> = {},
): ExpressMiddleware {
  refuseUnknownOptions(options, []);
  const ask = createAsk(handler);
  return async (incoming, outgoing, next) => {
    try {
      const exchange = { incoming, outgoing };
      const peer = findPeer(exchange, incoming.ip);
      await waitForTurn(exchange, peer);
      const answer = await ask(withParsedBody(createNodeRequest(exchange, peer), incoming));
      if (answer.status === 404) next();
      else sendAnswer(outgoing, answer);
    } catch (error) {
      next(error);
    }
  };
}

/**
 * Admits requests with a valid bearer token, with its claims in `req.claims`; answers 401 otherwise.
 *
 * @example
 * app.get('/me', requireToken(otp), (req, res) => res.json({ identity: req.claims?.sub }));
 */
export function requireToken(otp: TokenVerifier, options?: GuardOptions): ExpressMiddleware {
  const guard = createGuard(otp, options);
  return async (incoming, outgoing, next) => {
    try {
      const outcome = await guard(findHeader(incoming, 'authorization'));
      if ('refusal' in outcome) return sendAnswer(outgoing, outcome.refusal);
      incoming.claims = outcome.claims;
      next();
    } catch (error) {
      next(error);
    }
  };
}

/** Serialises the body again after a body parser has consumed it. */
function withParsedBody(
  request: PassableRequest,
  { body, readableDidRead }: ExpressRequest,
): PassableRequest {
  if (!readableDidRead) return request;
  const written = writeBody(body, request.header('content-type') ?? '');
  return {
    ...request,
    async readBytes() {
      const bytes = Buffer.from(written ?? '');
      if (bytes.length > maxBodyBytes) throw createTooLongError();
      return bytes;
    },
    pass: () => ({ body: written }),
  };
}

function writeBody(body: unknown, type: string): string | Uint8Array<ArrayBuffer> | null {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (typeof body !== 'object' || body === null) return JSON.stringify(body) ?? null;
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return JSON.stringify(body);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    // A repeated name has become a list, and must not become one value again.
    for (const one of [value].flat()) form.append(name, String(one));
  }
  return form.toString();
}
