import type { Channel } from '../core/policy.js';
import { prefixOf } from '../core/public-prefix.js';
import { version } from '../version.js';
import { createInboxRoutes, type InboxReader } from './dev-inbox.js';
import { createDispatcher, type DispatcherOptions, hasOtpKeys } from './dispatcher.js';
import { createDocsRoutes } from './docs-page.js';
import { createOpenApiRoute } from './openapi.js';
import type { HttpRequest } from './request.js';
import type { Dispatch, Route } from './route.js';
import { createRoutes, type RouteParts } from './routes.js';
import { createSchemas } from './schemas.js';
import { fromWebRequest, type RequestInfo, toWebResponse } from './web.js';

export interface HandlerOptions
  extends Omit<RouteParts, 'schemas' | 'hasOperators'>,
    Omit<DispatcherOptions, 'routes'> {
  purposes: readonly string[];
  /** Channels with a transport. */
  channels: readonly Channel[];
  /** Served at `/dev/inbox` under localhost and the host of `publicUrl` to anyone who can reach it: for development only. */
  unsafeDevInbox?: InboxReader | undefined;
  /** Whether `/docs` and `/openapi.json` are served. */
  docs: 'on' | 'off';
  /** Resolves when everything that is in the background now has ended. */
  whenDone(): Promise<void>;
  pages: readonly Route[];
}

/** Serves the whole API. Never rejects. */
export interface Handler {
  (request: Request, info?: RequestInfo): Promise<Response>;
  /**
   * The same without Web-standard requests, for servers that have none. A function of your own around the handler lacks it, and is
   * given Web-standard requests.
   */
  dispatch?: Dispatch | undefined;
}

/** @throws RangeError as `createDispatcher` */
export function createHandler(options: HandlerOptions): Handler {
  const { unsafeDevInbox, publicUrl, sessionCookie } = options;
  const hasOperators = options.apiCallers.some(({ rights }) => rights.includes('operate'));
  const schemas = createSchemas(options);
  const api = createRoutes({ ...options, schemas, hasOperators });
  const hasApiKeys = hasOtpKeys(options.apiCallers);
  const hasSignInPage = options.pages.some(({ path }) => path === '/sign-in');
  const routes = [
    ...api,
    ...options.pages,
    ...(unsafeDevInbox ? createInboxRoutes(unsafeDevInbox, { publicUrl, hasSignInPage }) : []),
    ...(options.docs === 'on'
      ? [...createDocsRoutes(), createOpenApiRoute(api, { version, schemas, sessionCookie, hasApiKeys })]
      : []),
  ];
  const dispatch = withPrefix(createDispatcher({ ...options, routes }), prefixOf(publicUrl));
  const handle = async (request: Request, info?: RequestInfo) => {
    const answering = dispatch(fromWebRequest(request, info));
    // Before the answer: a client that disconnects must not end the work on its request either.
    info?.waitUntil?.(answering.then(options.whenDone));
    return toWebResponse(await answering, request.method);
  };
  return Object.assign(handle, { dispatch });
}

/** Serves every route under a prefix too, for proxies that pass it on; those that strip it need nothing. */
function withPrefix(dispatch: Dispatch, prefix: string): Dispatch {
  if (prefix === '') return dispatch;
  const start = `${prefix}/`;
  const strip = (request: HttpRequest): HttpRequest =>
    request.path.startsWith(start) ? { ...request, path: request.path.slice(prefix.length) } : request;
  return (request) => dispatch(strip(request));
}
