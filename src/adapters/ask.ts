import { OtpError } from '../errors.js';
import { findFault } from '../http/dispatcher.js';
import type { Handler } from '../http/handler.js';
import { replyProblem } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import { addRequestId, createRequestId } from '../http/request-id.js';
import { toWebRequest } from '../http/web.js';

/**
 * The reply of the dispatcher, or the response of a function that an app has put around the handler. Told apart by `bodyUsed`,
 * which only a response has: naming the global `Response` would load all of fetch, 45 ms and 13 MiB.
 */
export type ReplyOrResponse = HttpReply | Response;

type Passed = Pick<RequestInit, 'body' | 'signal'>;

/** A request that can also be passed on as a Web-standard one. */
export interface PassableRequest extends HttpRequest {
  /** The body, and a signal for when the client is gone. Instead of `readBytes`, never after it. */
  pass(): Passed | Promise<Passed>;
}

/** @throws TypeError for anything but the handler of an `Otp`, or a function around it */
export function assertHandler(handler: unknown): asserts handler is Handler {
  if (typeof handler === 'function') return;
  throw new TypeError('handler must be the handler of what createOtp returned, such as otp.handler');
}

/** Asks the dispatcher of a handler, or the handler itself where an app has wrapped it. Never rejects. */
export function createAsk(handler: Handler): (request: PassableRequest) => Promise<ReplyOrResponse> {
  assertHandler(handler);
  return handler.dispatch ?? ((request) => askWrapped(handler, request));
}

async function askWrapped(handler: Handler, request: PassableRequest): Promise<ReplyOrResponse> {
  const fault = findFault(request);
  if (fault !== null) return addRequestId(replyProblem('invalid_request', fault), createRequestId());
  const { remoteAddress } = request;
  try {
    return await handler(toWebRequest(request, await request.pass()), { remoteAddress });
  } catch (error) {
    const reply =
      error instanceof OtpError
        ? replyProblem(error.code, error.message)
        : replyProblem('internal', 'The server failed to answer');
    return addRequestId(reply, createRequestId());
  }
}
