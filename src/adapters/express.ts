import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Handler } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';
import type { TokenClaims } from '../tokens/claims.js';
import { askFor, unknownHost } from './ask.js';
import { createGuard, type GuardOptions, type TokenVerifier } from './guard.js';
import { readHeader } from './header-lines.js';

declare global {
  namespace Express {
    interface Request {
      /** What the token says that `requireToken` of stateless-otp let through. */
      claims?: TokenClaims;
    }
  }
}

/** The part of Express's request that is used here. */
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
 * Serves the API in an Express app, before or after `express.json()`. What the API does not know goes on to the next
 * handler. Behind `app.use('/auth', …)` the routes are `/auth/api/v1/…`. The caller's address is `req.ip`, so
 * Express's `trust proxy` decides it.
 *
 * @example
 * app.use(createExpressMiddleware(otp.handler));
 */
export function createExpressMiddleware(handler: Handler): ExpressMiddleware {
  return (incoming, outgoing, next) => {
    const listener = getRequestListener(
      async (request) => {
        const response = await askFor(incoming.ip, { incoming, outgoing }, (info) =>
          handler(withParsedBody(request, incoming), info),
        );
        if (response.status !== 404) return response;
        next();
        return RESPONSE_ALREADY_SENT;
      },
      {
        overrideGlobalObjects: false,
        hostname: unknownHost,
        errorHandler: () =>
          respondProblem('invalid_request', 'The request line or the Host header is malformed'),
      },
    );
    void listener(incoming, outgoing);
  };
}

/**
 * Lets a request through with a good bearer token, whose claims are then in `req.claims`; answers 401 otherwise.
 *
 * @example
 * app.get('/me', requireToken(otp), (req, res) => res.json({ identity: req.claims?.sub }));
 */
export function requireToken(otp: TokenVerifier, options?: GuardOptions): ExpressMiddleware {
  const guard = createGuard(otp, options);
  return (incoming, outgoing, next) => {
    guard(readHeader(incoming, 'authorization'))
      .then(async (outcome) => {
        if (outcome instanceof Response) return sendResponse(outgoing, outcome);
        incoming.claims = outcome;
        next();
      })
      .catch(next);
  };
}

/** A body parser before this one has eaten the body; what it made of it is written down again. */
function withParsedBody(request: Request, { body, readableDidRead }: ExpressRequest): Request {
  if (!readableDidRead) return request;
  const { url, method } = request;
  const headers = new Headers(request.headers);
  headers.delete('Content-Length');
  return new Request(url, { method, headers, body: writeBody(body, headers.get('Content-Type') ?? '') });
}

function writeBody(body: unknown, type: string): string | Uint8Array<ArrayBuffer> | null {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (typeof body !== 'object' || body === null) return JSON.stringify(body) ?? null;
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return JSON.stringify(body);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    // A name that stood there twice has become a list, and must not become one value.
    for (const one of [value].flat()) form.append(name, String(one));
  }
  return form.toString();
}

async function sendResponse(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(await response.text());
}
