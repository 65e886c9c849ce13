import { parse, serialize } from 'hono/utils/cookie';
import { defaultNamespace } from '../core/policy.js';

export interface CookieOptions {
  /** Every host under this domain gets the cookie, such as `example.com`. Default: the one host that set it. */
  domain?: string | undefined;
  /** Part of the name, so that installations under one domain do not collide. Default `default`. */
  namespace?: string | undefined;
  /** Plain http, for development on localhost: the name has no prefix then, and any page of the host can set it. */
  isInsecure: boolean;
}

export type Cookie = ReturnType<typeof createCookie>;
/** The cookie that holds the token of a person who signed in at a page. */
export type SessionCookie = Cookie;

export function createSessionCookie(options: CookieOptions) {
  return createCookie('otp_session', options);
}

/**
 * A cookie that scripts cannot read and that forms of other sites do not send.
 *
 * With the prefixes of RFC 6265bis §4.1.3, browsers accept the cookie only over https, from its own host or domain. A namespace
 * has only characters that the name of a cookie may have (RFC 6265 §4.1.1).
 */
export function createCookie(baseName: string, options: CookieOptions) {
  const { domain, namespace = defaultNamespace, isInsecure } = options;
  const prefix = isInsecure ? '' : domain === undefined ? '__Host-' : '__Secure-';
  const suffix = namespace === defaultNamespace ? '' : `_${namespace}`;
  const name = `${prefix}${baseName}${suffix}`;
  const attributes = {
    path: '/',
    httpOnly: true,
    secure: !isInsecure,
    sameSite: 'Lax',
    ...(domain === undefined ? {} : { domain }),
  } as const;
  return {
    name,
    /**
     * The values in a Cookie header, in its order. There can be several: another host under the same domain may have set a
     * cookie of this name, and browsers do not say which is which (RFC 6265 §4.2.2).
     */
    parse: (header: string | null) => [
      ...new Set(header?.split(';').flatMap((pair) => parse(pair, name)[name] ?? [])),
    ],
    /** The Set-Cookie value that stores this value for this long. */
    write: (value: string, maxAgeSeconds: number) =>
      serialize(name, value, { ...attributes, maxAge: maxAgeSeconds }),
    clear: () => serialize(name, '', { ...attributes, maxAge: 0 }),
  };
}
