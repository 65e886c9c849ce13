import { parse, serialize } from 'hono/utils/cookie';

export interface SessionCookieOptions {
  /** Every host under this domain gets the cookie, such as `example.com`. Default: the one host that set it. */
  domain?: string | undefined;
  /** Plain http, for development on localhost: the name has no prefix then, and any page of the host can set it. */
  isInsecure: boolean;
}

/** The cookie that holds the token of a person who signed in at a page. */
export interface SessionCookie {
  name: string;
  /** The token in a Cookie header; null without one. */
  read(cookieHeader: string | null): string | null;
  /** The Set-Cookie value that keeps this token, for this long. */
  write(token: string, maxAgeSeconds: number): string;
  /** The Set-Cookie value that removes it. */
  clear(): string;
}

/** Prefixes of RFC 6265bis §4.1.3: a browser takes such a cookie only from where it belongs. */
export function createSessionCookie({ domain, isInsecure }: SessionCookieOptions): SessionCookie {
  const prefix = isInsecure ? '' : domain === undefined ? '__Host-' : '__Secure-';
  const name = `${prefix}otp_session`;
  const options = {
    path: '/',
    httpOnly: true,
    secure: !isInsecure,
    sameSite: 'Lax',
    ...(domain === undefined ? {} : { domain }),
  } as const;
  return {
    name,
    read: (header) => (header === null ? null : (parse(header, name)[name] ?? null)),
    write: (token, maxAge) => serialize(name, token, { ...options, maxAge }),
    clear: () => serialize(name, '', { ...options, maxAge: 0 }),
  };
}
