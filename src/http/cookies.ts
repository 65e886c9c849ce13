export interface CookieOptions {
  isSecure: boolean;
  /** For all hosts under it; without it for this host only. */
  domain?: string | undefined;
}

/** The name with the prefix that makes browsers hold to the attributes (RFC 6265bis §4.1.3). */
export function nameCookie(name: string, { isSecure, domain }: CookieOptions): string {
  if (!isSecure) return name;
  return `${domain === undefined ? '__Host-' : '__Secure-'}${name}`;
}

/** The value of a cookie in a `Cookie` header. One that comes twice is none: nobody can tell which is ours. */
export function readCookie(header: string | null, name: string): string | null {
  const values = (header ?? '').split(/; */).filter((pair) => pair.startsWith(`${name}=`));
  return values.length === 1 ? (values[0] ?? '').slice(name.length + 1) : null;
}

/** A `Set-Cookie` header (RFC 6265 §4.1). */
export function writeCookie(
  name: string,
  value: string,
  { isSecure, domain, maxAgeSeconds }: CookieOptions & { maxAgeSeconds: number },
): string {
  const where = domain === undefined ? '' : `; Domain=${domain}`;
  return `${name}=${value}; Path=/${where}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

export function clearCookie(name: string, options: CookieOptions): string {
  return writeCookie(name, '', { ...options, maxAgeSeconds: 0 });
}
