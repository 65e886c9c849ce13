import { replyJson } from './reply.js';
import { toWebResponse } from './web.js';

/** A JSON answer with the security headers, as a Web-standard response. */
export function respondJson(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return toWebResponse(replyJson(status, body, headers));
}
