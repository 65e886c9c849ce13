import { type Closing, createClosedError } from '../closing.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Logger, MonotonicClock, Random } from '../ports.js';
import { findNeededRight } from './access.js';
import { type ApiCaller, apiKeyHeader, type CallerRight, createApiCallerFinder } from './api-keys.js';
import { realm } from './bearer.js';
import { createCallerFinder } from './caller.js';
import { createClientAddressFinder } from './client-address.js';
import { withCors } from './cors.js';
import { type NoteAnswer, withDurations } from './durations.js';
import { replyError } from './error-reply.js';
import { isHost } from './host.js';
import { replyNotFound, replyProblem } from './problems.js';
import type { HttpReply } from './reply.js';
import type { HttpRequest } from './request.js';
import { withRequestId } from './request-id.js';
import type { Dispatch, Route } from './route.js';
import { createRouteTable } from './route-table.js';

export interface DispatcherOptions {
  routes: readonly Route[];
  /** Origins whose pages may call the API, such as `https://app.example.com` or `capacitor://localhost`. */
  corsOrigins: readonly string[];
  /** Who has an API key. Anyone may call routes with the access `api-key` if none of them has the right `otp`. */
  apiCallers: readonly ApiCaller[];
  /** Proxies whose X-Forwarded-For counts: addresses, CIDR ranges, `loopback` or `unix`. */
  trustedProxies: readonly string[];
  outcomes: Outcomes;
  random: Pick<Random, 'id'>;
  logger: Logger;
  noteAnswer?: NoteAnswer | undefined;
  monotonicClock: MonotonicClock;
  closing: Closing;
}

/** As requests name it. */
const keyHeaderName = apiKeyHeader.toLowerCase();

/**
 * Finds the route for a request and checks what holds for all of them.
 *
 * @throws RangeError for a trusted proxy that is not an address, range, `loopback` or `unix`, and for an origin that no browser
 * sends
 */
export function createDispatcher(options: DispatcherOptions): Dispatch {
  const { corsOrigins, apiCallers, outcomes, closing } = options;
  const hasApiKeys = hasOtpKeys(apiCallers);
  const findRoute = createRouteTable(options.routes);
  const neededRights = new Map(
    options.routes.map((route) => [route, findNeededRight(route.access, hasApiKeys)]),
  );
  const clientAddress = createClientAddressFinder(options.trustedProxies);
  const findCaller = createCallerFinder(clientAddress, { ...options, hasApiKeys });
  const findApiCallers = createApiCallerFinder(apiCallers);

  /** The caller with this right, or the refusal to answer with. */
  function identifyCaller(request: HttpRequest, requestId: string, right: CallerRight) {
    const key = request.header(keyHeaderName);
    const callers = findApiCallers(key);
    const caller = callers.find(({ rights }) => rights.includes(right));
    if (caller) return caller;
    const [known] = callers;
    const { call } = findCaller(request, requestId);
    const cause = known ? 'right' : key === null ? 'missing' : 'unknown';
    outcomes.report({ event: 'caller.refused', ...call, caller: known?.name, credential: 'api_key', cause });
    return known
      ? replyProblem('forbidden', `This API key does not have the right ${right}`)
      : refuseCaller();
  }

  async function answer(request: HttpRequest, requestId: string): Promise<HttpReply> {
    try {
      if (closing.hasBegun) throw createClosedError();
      const fault = findFault(request);
      if (fault !== null) return replyProblem('invalid_request', fault);
      const found = findRoute(request.method, request.path);
      if (!('route' in found)) return refuseMethod(found.allowed);
      const right = neededRights.get(found.route);
      const holder = right && identifyCaller(request, requestId, right);
      if (holder && 'status' in holder) return holder;
      return await found.route.answer(request, findCaller(request, requestId, holder));
    } catch (error) {
      return replyError(error, outcomes, { requestId });
    }
  }

  const answerAll = corsOrigins.length > 0 ? withCors(answer, corsOrigins) : answer;
  return withRequestId(withDurations(answerAll, { ...options, findRoute }), clientAddress, options.random);
}

/** Whether `/otp/*` asks for a key. */
export function hasOtpKeys(callers: readonly ApiCaller[]): boolean {
  return callers.some(({ rights }) => rights.includes('otp'));
}

/** What is malformed in the request line or the Host header (RFC 9112 §3.2), or null. */
export function findFault({ path, host }: HttpRequest): string | null {
  // URL parsers treat a backslash as a slash, proxies do not.
  if (!path.startsWith('/') || path.includes('\\')) return 'The request target is malformed';
  return isHost(host) ? null : 'The Host header is malformed';
}

function refuseMethod(allowed: readonly string[]): HttpReply {
  if (allowed.length === 0) return replyNotFound();
  const list = allowed.join(', ');
  return replyProblem('method_not_allowed', `Allowed here: ${list}`, {}, { Allow: list });
}

function refuseCaller(): HttpReply {
  const challenge = { 'WWW-Authenticate': `ApiKey ${realm}` };
  return replyProblem('unauthorized', `${apiKeyHeader} must be a valid API key`, {}, challenge);
}
