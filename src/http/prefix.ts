import type { HttpRequest } from './request.js';
import type { Dispatch } from './route.js';

/** Serves every route under a prefix too, for proxies that pass it on; those that strip it need nothing. */
export function withPrefix(dispatch: Dispatch, prefix: string): Dispatch {
  if (prefix === '') return dispatch;
  const start = `${prefix}/`;
  const strip = (request: HttpRequest): HttpRequest =>
    request.path.startsWith(start) ? { ...request, path: request.path.slice(prefix.length) } : request;
  return (request) => dispatch(strip(request));
}
