import { replyJson, toResponse } from './reply.js';

/** A JSON answer with the security headers, as a Web-standard response. */
export function respondJson(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return toResponse(replyJson(status, body, headers));
}
