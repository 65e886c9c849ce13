import { isInDomain } from '../core/domain.js';
import { prefixOf } from '../core/public-prefix.js';
import { maxReturnUrlLength } from '../core/return-url.js';
import { isOwnPath } from './paths.js';

export type ReturnTargets = ReturnType<typeof createReturnTargets>;

export interface ReturnTargetOptions {
  /** Where people reach the service. */
  publicUrl?: string | undefined;
  /** The domain of the session cookie. */
  cookieDomain?: string | undefined;
  /** A target for people who bring none. */
  home?: string | undefined;
}

/** A host that no target can name. Resolving a path against it shows whether the path would lead to another host. */
const ownHost = 'http://own.invalid';
/** Browsers drop tabs and line ends and read a backslash as a slash, so text with one does not mean what it shows. */
const isSuspect = (text: string) => /[\\\p{Cc}\p{Z}]|[^\x21-\x7E]/u.test(text);
/** Signing in only to get back to the sign-in page would lead nowhere. */
const isOwnPage = (path: string, prefix: string) =>
  isOwnPath(path) || (path.startsWith(prefix) && isOwnPath(path.slice(prefix.length)));

/** @throws RangeError for a home that is not such a target */
export function createReturnTargets({ publicUrl, cookieDomain, home }: ReturnTargetOptions) {
  const own = publicUrl === undefined ? null : new URL(publicUrl);
  const prefix = prefixOf(publicUrl);
  const scheme = own?.protocol ?? 'https:';

  function isOurs({ protocol, host, hostname, username, password }: URL): boolean {
    if (protocol !== scheme || username !== '' || password !== '') return false;
    if (host === own?.host) return true;
    // URL parsers accept more than names hold, such as `a&b.example.com`.
    if (!/^[a-z0-9._-]+$/.test(hostname)) return false;
    // On any port, as the cookie is (RFC 6265 §8.5).
    return cookieDomain !== undefined && isInDomain(hostname, cookieDomain);
  }

  /**
   * Where to go after signing in: a path of this host, or a URL of the public host or of a host under the cookie's domain.
   * Null for anything else.
   */
  function parse(target: string | null | undefined): string | null {
    if (!target || target.length > maxReturnUrlLength || isSuspect(target)) return null;
    if (target.startsWith('/')) {
      const url = URL.canParse(target, ownHost) ? new URL(target, ownHost) : null;
      if (url?.origin !== ownHost || target.startsWith('//')) return null;
      const path = `${url.pathname}${url.search}${url.hash}`;
      // Resolving dots may leave two slashes at the start, which name a host.
      return path.startsWith('//') || isOwnPage(url.pathname, prefix) ? null : path;
    }
    if (!/^https?:\/\/[a-z0-9]/i.test(target) || !URL.canParse(target)) return null;
    const url = new URL(target);
    return !isOurs(url) || (url.origin === own?.origin && isOwnPage(url.pathname, prefix)) ? null : url.href;
  }

  const parsedHome = parse(home);
  if (home !== undefined && parsedHome === null) {
    throw new RangeError(
      `signInHome must be a path, or an address under publicUrl or cookieDomain, got ${home}`,
    );
  }
  const hosts = cookieDomain === undefined ? [] : [cookieDomain, `*.${cookieDomain}`];
  return {
    parse,
    home: parsedHome,
    /** Origins that a form may lead to, for the `form-action` of a policy. */
    origins: hosts.map((host) => `${scheme}//${host}:*`),
  };
}
