import type { MiddlewareHandler } from 'hono';
import { isCallerOrigin } from '../core/origin.js';

/** What our routes read; asking for them in a preflight is optional only for browsers. */
const ownHeaders = ['Authorization', 'Content-Type', 'X-API-Key'];
/** The most characters of Access-Control-Request-Headers that are read; tracing tools ask for some hundred. */
const maxAskedLength = 4096;
const preflightSeconds = 600;
/** A field name: a token of RFC 9110 §5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/**
 * Lets pages of these origins call the API (Fetch standard, CORS protocol), with whatever headers their tracing tools
 * add: unknown ones change nothing here, and a refused preflight would break the call.
 *
 * @throws RangeError for what no browser sends as an origin, such as one with a wildcard or a path
 */
export function createCors(origins: readonly string[]): MiddlewareHandler {
  const wrong = origins.find((origin) => !isCallerOrigin(origin));
  if (wrong !== undefined) {
    throw new RangeError(
      `corsOrigins must be origins as browsers send them, such as https://app.example.com, got ${wrong}`,
    );
  }
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));
  return async (context, next) => {
    const { method, raw } = context.req;
    const origin = raw.headers.get('origin');
    const isAllowed = origin !== null && allowed.has(origin.toLowerCase());
    if (method === 'OPTIONS') {
      const vary = { Vary: 'Origin, Access-Control-Request-Headers' };
      if (!isAllowed) return new Response(null, { status: 204, headers: vary });
      const headers = {
        ...vary,
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': listHeaders(raw.headers.get('access-control-request-headers')),
        'Access-Control-Max-Age': String(preflightSeconds),
      };
      return new Response(null, { status: 204, headers });
    }
    await next();
    const { headers } = context.res;
    headers.append('Vary', 'Origin');
    if (!isAllowed) return;
    headers.set('Access-Control-Allow-Origin', origin);
    headers.set('Access-Control-Expose-Headers', 'Retry-After');
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
