import { isCallerOrigin } from '../core/origin.js';
import { requestIdHeader } from '../core/request-id.js';
import { apiKeyHeader } from './api-keys.js';
import type { AnswerWithId } from './request-id.js';

const ownHeaders = ['Authorization', 'Content-Type', apiKeyHeader];
const exposedHeaders = `Retry-After, ${requestIdHeader}`;
/** Maximum length of Access-Control-Request-Headers; tracing tools send a few hundred characters. */
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
export function withCors(answer: AnswerWithId, origins: readonly string[]): AnswerWithId {
  const wrong = origins.find((origin) => !isCallerOrigin(origin));
  if (wrong !== undefined) {
    throw new RangeError(
      `corsOrigins must be origins as browsers send them, such as https://app.example.com, got ${wrong}`,
    );
  }
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));

  return async (request, requestId) => {
    const origin = request.header('origin');
    const isAllowed = origin !== null && allowed.has(origin.toLowerCase());
    if (request.method === 'OPTIONS') {
      const asked = request.header('access-control-request-headers');
      const vary = { Vary: 'Origin, Access-Control-Request-Headers' };
      return { status: 204, headers: isAllowed ? { ...vary, ...permit(origin, asked) } : vary, body: null };
    }
    const reply = await answer(request, requestId);
    // On every answer: a cache must not reuse it for a different origin.
    const { Vary } = reply.headers;
    const headers = { ...reply.headers, Vary: Vary === undefined ? 'Origin' : `${Vary}, Origin` };
    if (!isAllowed) return { ...reply, headers };
    const more = { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposedHeaders };
    return { ...reply, headers: { ...headers, ...more } };
  };
}

/** What a page of this origin may send. */
function permit(origin: string, askedHeaders: string | null): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': listHeaders(askedHeaders),
    'Access-Control-Max-Age': String(preflightSeconds),
  };
}

/** Our own headers and the requested ones; `*` would not cover Authorization. */
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
