import { isCallerOrigin } from '../core/origin.js';
import type { HttpReply } from './reply.js';
import type { HttpRequest } from './request.js';

/** What our routes read; asking for them in a preflight is optional only for browsers. */
const ownHeaders = ['Authorization', 'Content-Type', 'X-API-Key'];
/** The most characters of Access-Control-Request-Headers that are read; tracing tools ask for some hundred. */
const maxAskedLength = 4096;
const preflightSeconds = 600;
/** A field name: a token of RFC 9110 §5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

export interface Cors {
  /** The answer to an OPTIONS request; null for any other. */
  answerPreflight(request: HttpRequest): HttpReply | null;
  /** The reply with the headers that let pages of allowed origins read it. */
  expose(request: HttpRequest, reply: HttpReply): HttpReply;
}

/**
 * Lets pages of these origins call the API (Fetch standard, CORS protocol), with whatever headers their tracing tools
 * add: unknown ones change nothing here, and a refused preflight would break the call.
 *
 * @throws RangeError for what no browser sends as an origin, such as one with a wildcard or a path
 */
export function createCors(origins: readonly string[]): Cors {
  const wrong = origins.find((origin) => !isCallerOrigin(origin));
  if (wrong !== undefined) {
    throw new RangeError(
      `corsOrigins must be origins as browsers send them, such as https://app.example.com, got ${wrong}`,
    );
  }
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));

  function findAllowed(request: HttpRequest): string | null {
    const origin = request.header('origin');
    return origin !== null && allowed.has(origin.toLowerCase()) ? origin : null;
  }

  return {
    answerPreflight(request) {
      if (request.method !== 'OPTIONS') return null;
      const origin = findAllowed(request);
      const vary = { Vary: 'Origin, Access-Control-Request-Headers' };
      if (origin === null) return { status: 204, headers: vary, body: null };
      const headers = {
        ...vary,
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': listHeaders(request.header('access-control-request-headers')),
        'Access-Control-Max-Age': String(preflightSeconds),
      };
      return { status: 204, headers, body: null };
    },
    expose(request, reply) {
      const origin = findAllowed(request);
      // Also for others: a cache must not give a page the answer that was made for another origin, or for none.
      const { Vary } = reply.headers;
      const headers = { ...reply.headers, Vary: Vary === undefined ? 'Origin' : `${Vary}, Origin` };
      if (origin === null) return { ...reply, headers };
      const more = { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': 'Retry-After' };
      return { ...reply, headers: { ...headers, ...more } };
    },
  };
}

/** Our own headers and those that are asked for; `*` would leave out Authorization. */
function listHeaders(asked: string | null): string {
  const names = new Map(ownHeaders.map((name) => [name.toLowerCase(), name]));
  if (asked !== null && asked.length <= maxAskedLength) {
    for (const part of asked.split(',')) {
      const name = part.trim();
      if (fieldName.test(name) && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  return [...names.values()].join(', ');
}
