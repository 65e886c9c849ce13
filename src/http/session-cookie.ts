import { parse, serialize } from 'hono/utils/cookie';

export interface CookieOptions {
  /** Every host under this domain gets the cookie, such as `example.com`. Default: the one host that set it. */
  domain?: string | undefined;
  /** Plain http, for development on localhost: the name has no prefix then, and any page of the host can set it. */
  isInsecure: boolean;
}

/** A cookie that no script can read and that no other site's form brings along. */
export interface Cookie {
  name: string;
  /** The value in a Cookie header; null without one. */
  read(cookieHeader: string | null): string | null;
  /** The Set-Cookie value that keeps this value, for this long. */
  write(value: string, maxAgeSeconds: number): string;
  /** The Set-Cookie value that removes it. */
  clear(): string;
}

/** The cookie that holds the token of a person who signed in at a page. */
export type SessionCookie = Cookie;

export function createSessionCookie(options: CookieOptions): SessionCookie {
  return createCookie('otp_session', options);
}

/** Prefixes of RFC 6265bis §4.1.3: a browser takes such a cookie only from where it belongs. */
export function createCookie(baseName: string, { domain, isInsecure }: CookieOptions): Cookie {
  const prefix = isInsecure ? '' : domain === undefined ? '__Host-' : '__Secure-';
  const name = `${prefix}${baseName}`;
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
    write: (value, maxAge) => serialize(name, value, { ...options, maxAge }),
    clear: () => serialize(name, '', { ...options, maxAge: 0 }),
  };
}
