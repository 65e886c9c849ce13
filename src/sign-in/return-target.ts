export interface ReturnTargets {
  /**
   * Reads where somebody wants to go after signing in: a path of this host, or an address on the public host or on a
   * host under the cookie's domain. Anything else is `null`.
   */
  read(target: string | null | undefined): string | null;
  /** Where to go without one; null when nowhere is. */
  home: string | null;
  /** Origins that a form may lead to, for the `form-action` of a policy. */
  origins: string[];
}

export interface ReturnTargetOptions {
  /** Where people reach the service. */
  publicUrl?: string | undefined;
  /** The domain that the session cookie is for. */
  cookieDomain?: string | undefined;
  /** A target for those who bring none. */
  home?: string | undefined;
}

const maxLength = 1024;
/** A host that no target can name: it shows where a path would lead away from its own host. */
const ownHost = 'http://own.invalid';
// Browsers drop tabs and line ends and read a backslash as a slash: what holds one means something else than it shows.
const isSuspect = (text: string) => /[\\\p{Cc}\p{Z}]|[^\x21-\x7E]/u.test(text);

/** @throws RangeError for a home that is no such target */
export function createReturnTargets({ publicUrl, cookieDomain, home }: ReturnTargetOptions): ReturnTargets {
  const own = publicUrl === undefined ? null : new URL(publicUrl);
  const scheme = own?.protocol ?? 'https:';

  function isOurs({ protocol, host, hostname, username, password }: URL): boolean {
    if (protocol !== scheme || username !== '' || password !== '') return false;
    if (own !== null && host === own.host) return true;
    // On any port, as the cookie is (RFC 6265 §8.5).
    return cookieDomain !== undefined && (hostname === cookieDomain || hostname.endsWith(`.${cookieDomain}`));
  }

  function read(target: string | null | undefined): string | null {
    if (!target || target.length > maxLength || isSuspect(target)) return null;
    if (target.startsWith('/')) {
      const url = URL.canParse(target, ownHost) ? new URL(target, ownHost) : null;
      if (url?.origin !== ownHost || target.startsWith('//')) return null;
      const path = `${url.pathname}${url.search}${url.hash}`;
      // Dots may have been folded into two slashes, which name a host.
      return path.startsWith('//') || isOwnPage(url.pathname) ? null : path;
    }
    if (!/^https?:\/\/[a-z0-9]/i.test(target) || !URL.canParse(target)) return null;
    const url = new URL(target);
    if (!isOurs(url)) return null;
    return own !== null && url.origin === own.origin && isOwnPage(url.pathname) ? null : url.href;
  }

  const ownHome = read(home);
  if (home !== undefined && ownHome === null) {
    throw new RangeError(
      `signInHome must be a path, or an address under publicUrl or cookieDomain, got ${home}`,
    );
  }

  return {
    read,
    home: ownHome,
    origins:
      cookieDomain === undefined
        ? []
        : [cookieDomain, `*.${cookieDomain}`].map((host) => `${scheme}//${host}:*`),
  };
}

/** Signing in to get back to the sign-in would lead nowhere. */
function isOwnPage(path: string): boolean {
  return /^\/sign-(?:in|out)(?:\/|$)/.test(path);
}
