import type { IssuedToken } from '../ports.js';

/** On every answer. Answers differ by person and moment, so nothing may be kept; nothing here is a page. */
export const securityHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** A JSON answer with the security headers. */
export function respondJson(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...securityHeaders, 'Content-Type': 'application/json', ...headers },
  });
}

/** The answer that carries tokens: of a verify, and of a refresh. */
export function respondIssued(issued: IssuedToken): Response {
  return respondJson(200, {
    success: true,
    access_token: issued.accessToken,
    token_type: 'bearer',
    expires_in: issued.expiresInSeconds,
    ...(issued.refreshToken === undefined
      ? {}
      : { refresh_token: issued.refreshToken, refresh_expires_in: issued.refreshExpiresInSeconds }),
  });
}
