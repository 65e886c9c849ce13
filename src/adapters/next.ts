import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { refuseUnknownOptions } from '../core/known-options.js';
import type { Handler } from '../http/handler.js';
import { assertHandler } from './ask.js';
import { joinRepeatedLines } from './header-lines.js';

export interface NextHandlersOptions {
  /** Prefix of `/api/v1` in the path of the route file, such as `/auth`. Default: none. */
  prefix?: string | undefined;
  /**
   * The caller's network address, for the address limits. Next knows none by itself, so read it from a header that your
   * proxy sets and no client can. Default: unknown, and then **all callers share one limit**.
   */
  remoteAddress?: ((request: Request) => string | null | undefined) | undefined;
  /**
   * Where the host stops a program after its answer: keeps it running until this promise settles. Pass `after` from
   * `next/server`. Default: the program keeps running.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

export type NextRouteHandler = (request: Request) => Promise<Response>;

/**
 * Route handlers of the Next App Router, for `app/api/v1/[...path]/route.ts`.
 *
 * @throws TypeError for a prefix that is not a path such as `/auth`, and for an unknown option
 * @example
 * export const { GET, POST } = createNextHandlers(otp.handler);
 */
export function createNextHandlers(
  handler: Handler,
  options: NextHandlersOptions = {},
): { GET: NextRouteHandler; POST: NextRouteHandler; OPTIONS: NextRouteHandler } {
  assertHandler(handler);
  refuseUnknownOptions(options, ['prefix', 'remoteAddress', 'waitUntil']);
  const { prefix = '', remoteAddress, waitUntil } = options;
  if (!/^(\/[^/?#]+)*$/.test(prefix))
    throw new TypeError(`prefix must be a path such as /auth, got ${prefix}`);
  watchHeaderLines();
  const handle: NextRouteHandler = (request) =>
    handler(withoutPrefix(request, prefix), { remoteAddress: remoteAddress?.(request), waitUntil });
  return { GET: handle, POST: handle, OPTIONS: handle };
}

let isWatching = false;

/** Next copies only `IncomingMessage.headers`, so repeated lines must be joined there first. */
function watchHeaderLines(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('http.server.request.start', (message) =>
    joinRepeatedLines((message as { request: IncomingMessage }).request),
  );
}

function withoutPrefix(request: Request, prefix: string): Request {
  if (prefix === '') return request;
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${prefix}/`)) return request;
  url.pathname = url.pathname.slice(prefix.length);
  return new Request(url, request);
}
