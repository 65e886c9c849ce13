import { randomBytes } from 'node:crypto';
import { isRequestId, requestIdName } from '../core/request-id.js';
import type { Random } from '../ports.js';
import type { ClientAddressFinder } from './client-address.js';
import type { HttpReply } from './reply.js';
import type { HttpRequest } from './request.js';
import type { Dispatch } from './route.js';

export type AnswerWithId = (request: HttpRequest, requestId: string) => Promise<HttpReply>;

/**
 * Gives each request an id: the one in its X-Request-Id if a trusted proxy sent it, or a new one. Anyone else could
 * otherwise make their requests look like somebody else's in the log.
 */
export function withRequestId(
  answer: AnswerWithId,
  { hasProxies, isProxy }: ClientAddressFinder,
  random: Pick<Random, 'id'>,
): Dispatch {
  return async (request) => {
    const isNamed = hasProxies && isProxy(request.remoteAddress ?? '');
    const given = isNamed ? request.header(requestIdName) : null;
    const requestId = given !== null && isRequestId(given) ? given : random.id();
    const reply = await answer(request, requestId);
    const { status, headers, body } = reply;
    return status < 400 ? { status, headers, body, requestId } : addRequestId(reply, requestId);
  };
}

/** The reply with the id of its request: in the header, and as the `instance` of a problem (RFC 9457 §3.1.5). */
export function addRequestId({ status, headers, body }: HttpReply, requestId: string): HttpReply {
  if (headers['Content-Type'] !== 'application/problem+json' || typeof body !== 'string') {
    return { status, headers, body, requestId };
  }
  // Spliced in: parsing the problem would take longer than making it. An id needs no escapes.
  const instance = `,"instance":"urn:stateless-otp:request:${requestId}"}`;
  return { status, headers, body: `${body.slice(0, -1)}${instance}`, requestId };
}

/** For answers that are given before the dispatcher has seen the request. */
export function createRequestId(): string {
  return randomBytes(16).toString('base64url');
}
