/** What servers agree on (RFC 3986 §3.3), without what some of them decode, cut off or fold: `%`, `\`, `;`. */
const plainPath = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]*)+$/;
/** An empty segment but the last, `.` or `..`. */
const foldedSegment = /\/\/|\/\.{1,2}(?:\/|$)/;

/** Whether a path has one meaning to every server: proxies and applications read others differently. */
function isPlainPath(path: string): boolean {
  return plainPath.test(path) && !foldedSegment.test(path);
}

/**
 * Whether this can be a public path: `/healthz` is that path and all under it, `/assets/` only what is under it, `/` the
 * whole host. An asterisk would not be a wildcard, so it is refused.
 */
export function isPublicPath(path: string): boolean {
  return isPlainPath(path) && !path.includes('*');
}

/**
 * Whether a path, as the client sent it, is one of the public ones or under one.
 *
 * @param publicPaths as `isPublicPath` accepts them
 */
export function createPublicPaths(publicPaths: readonly string[]): (path: string) => boolean {
  const folders = publicPaths.map((path) => (path.endsWith('/') ? path : `${path}/`));
  return (path) =>
    publicPaths.length > 0 &&
    isPlainPath(path) &&
    (publicPaths.includes(path) || folders.some((folder) => path.startsWith(folder)));
}
