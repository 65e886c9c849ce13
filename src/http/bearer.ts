/** Names the owner of a token to the proxy that asked about it. */
export const userHeader = 'Remote-User';

/** The protection space of every challenge (RFC 9110 §11.5). */
export const realm = 'realm="stateless-otp"';

/** The token in an Authorization header (RFC 6750 §2.1); null when there is no bearer token. */
export function parseBearer(header: string | null): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? '')?.[1] ?? null;
}

/** The challenge of a 401. RFC 6750 §3.1: no error code for a request without a token. */
export function challengeBearer(token: string | null): Record<string, string> {
  const error = token === null ? '' : ', error="invalid_token"';
  return { 'WWW-Authenticate': `Bearer ${realm}${error}` };
}
