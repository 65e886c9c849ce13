import type { Route } from './route.js';

/** The route for the method at a path, or the methods allowed there; none if there is no route. */
export type Found = { route: Route } | { allowed: readonly string[] };

export type FindRoute = (method: string, path: string) => Found;

/** Finds a route by its path, in whichever spelling, and by its method. HEAD is served by the route of GET. */
export function createRouteTable(routes: readonly Route[]): FindRoute {
  const byPath = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const byMethod = byPath.get(route.path) ?? new Map<string, Route>();
    byPath.set(route.path, byMethod.set(route.method, route));
  }
  const findPath = (path: string) => byPath.get(path) ?? byPath.get(replaceFile(path));

  return (method, path) => {
    const byMethod = byPath.get(path) ?? findPath(normalisePath(path));
    if (!byMethod) return { allowed: [] };
    const route = byMethod.get(method === 'HEAD' ? 'GET' : method) ?? byMethod.get('*');
    return route ? { route } : { allowed: [...byMethod.keys()] };
  };
}

/** `/folder/*` for `/folder/file`. */
function replaceFile(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}*`;
}

/**
 * Removes dot segments (RFC 3986 §6.2.2.3) and needless escapes (§6.2.2.2). A path with an escaped slash stays as it is: some
 * proxies take it for a slash, so they would count other segments than we do.
 */
function normalisePath(path: string): string {
  if (/%2f/i.test(path)) return path;
  const { pathname } = new URL(`http://host.invalid${path}`);
  try {
    return decodeURI(pathname);
  } catch {
    return pathname;
  }
}
