import { Hono } from 'hono';
import type { Channel } from '../core/policy.js';
import { OtpError } from '../errors.js';
import type { Logger } from '../ports.js';
import { version } from '../version.js';
import { createApiKeyCheck } from './api-keys.js';
import { createClientAddressReader } from './client-address.js';
import { createCors } from './cors.js';
import { guardInbox, type InboxReader, respondInboxJson, respondInboxPage } from './dev-inbox.js';
import { createDocsFiles } from './docs-page.js';
import { createOpenApiDocument } from './openapi.js';
import type { PageRoute } from './page-route.js';
import { replyProblem, respondProblem } from './problems.js';
import type { HttpReply } from './reply.js';
import type { HttpRequest } from './request.js';
import type { Caller, Route } from './route.js';
import { createRoutes, type RouteParts } from './routes.js';
import { createSchemas } from './schemas.js';
import { createStaticFile } from './static-files.js';
import { fromWebRequest, type RequestInfo, toWebResponse } from './web.js';

export type { RequestInfo };

export interface HandlerOptions extends Omit<RouteParts, 'schemas'> {
  purposes: readonly string[];
  /** Those that some transport serves. */
  channels: readonly Channel[];
  logger: Logger;
  /** Origins whose pages may call the API, such as `https://app.example.com` or `capacitor://localhost`. */
  corsOrigins: readonly string[];
  /** SHA-256 in hex of the keys that may use `/otp/*`; with none, everybody may. */
  apiKeyHashes: readonly string[];
  /** Served at `/dev/inbox` under localhost and the host of `publicUrl`, to everybody who can reach it: for development only. */
  unsafeDevInbox?: InboxReader | undefined;
  publicUrl?: string | undefined;
  /** The sign-in page; without it there is none. */
  signInRoutes?: readonly (Route | PageRoute)[] | undefined;
  /** Proxies whose X-Forwarded-For counts: addresses, CIDR ranges, `loopback` or `unix`. */
  trustedProxies: readonly string[];
}

/** Serves the whole API. Never rejects. */
export interface Handler {
  (request: Request, info?: RequestInfo): Promise<Response>;
  /**
   * The route that serves exactly this method and path, for servers that do without Web-standard requests; undefined
   * where `handler` itself has to be asked.
   */
  findRoute?(method: string, path: string, origin?: string): AnswerCall | undefined;
}

/** Answers a call. Never rejects. */
export type AnswerCall = (request: HttpRequest) => Promise<HttpReply>;

const retrySoonSeconds = 1;
const unauthorizedHeaders = { 'WWW-Authenticate': 'ApiKey realm="stateless-otp"' };

/** @throws RangeError for a trusted proxy that is no address, range, `loopback` or `unix`, and for an origin that none sends */
export function createHandler(options: HandlerOptions): Handler {
  const { logger, corsOrigins, apiKeyHashes, sessionCookie } = options;
  const hasApiKeys = apiKeyHashes.length > 0;
  const routes = createRoutes({ ...options, schemas: createSchemas(options) });
  const clientAddress = createClientAddressReader(options.trustedProxies);
  let isProxyKnown = options.trustedProxies.length > 0 || hasApiKeys;
  /** Once: whoever sends the header could fill the log. */
  const warnOfProxy = () => {
    isProxyKnown = true;
    logger.warn(
      {},
      'X-Forwarded-For arrives, but no proxy is trusted: people behind one share one address limit',
    );
  };
  let isMissingAddressKnown = false;
  /** Whom to count a request against, by the address that it came from and its X-Forwarded-For. */
  const readCaller = (remoteAddress: string, forwardedFor: string | null): string => {
    // A framework that trusts the proxy has taken the address from the header by itself.
    if (!isProxyKnown && forwardedFor !== null && !forwardedFor.includes(remoteAddress)) warnOfProxy();
    return clientAddress.readCaller(remoteAddress, forwardedFor);
  };
  /** Limits must not open for a caller who manages to have no address. */
  const readAddress = (remoteAddress: string | undefined): string => {
    if (remoteAddress) return remoteAddress;
    if (!isMissingAddressKnown) logger.warn({}, 'A request came without an address: those share one limit');
    isMissingAddressKnown = true;
    return 'unknown';
  };
  const checkApiKey = createApiKeyCheck(apiKeyHashes);
  /** By path, then by method. */
  const direct = new Map<string, Map<string, AnswerCall>>();
  const app = new Hono<{ Bindings: RequestInfo }>();

  if (corsOrigins.length > 0) app.use(createCors(corsOrigins));
  function serve({ method, path, access, answer }: Route) {
    const needsKey = hasApiKeys && access.includes('api-key');
    const answerSafely: AnswerCall = async (request) => {
      if (needsKey && !checkApiKey(request.header('x-api-key'))) {
        const detail = 'X-API-Key must be the key of a known caller';
        return replyProblem('unauthorized', detail, {}, unauthorizedHeaders);
      }
      try {
        return await answer(request, readAsker(request, needsKey));
      } catch (error) {
        return replyError(error, logger);
      }
    };
    const byMethod = direct.get(path) ?? new Map<string, AnswerCall>();
    direct.set(path, byMethod.set(method, answerSafely));
    app.on(method, path, async ({ req, env }) =>
      toWebResponse(await answerSafely(fromWebRequest(req.raw, env))),
    );
  }
  function readAsker(request: HttpRequest, hasKey: boolean): Caller {
    const forwardedFor = request.header('x-forwarded-for');
    // A back end that calls for its users is one address, so it is they who are counted, if it names them.
    return hasKey
      ? { address: clientAddress.readOnBehalfOf(forwardedFor) }
      : { address: readCaller(readAddress(request.remoteAddress), forwardedFor) };
  }
  for (const route of routes) serve(route);
  for (const route of options.signInRoutes ?? []) {
    if ('answer' in route) serve(route);
    else {
      const { method, path, handle } = route;
      app.on(method, path, ({ req, env }) => {
        const address = readAddress(env.remoteAddress ?? undefined);
        return handle(req.raw, readCaller(address, req.raw.headers.get('x-forwarded-for')));
      });
    }
  }
  const inbox = options.unsafeDevInbox;
  if (inbox) {
    const { publicUrl } = options;
    app.get('/dev/inbox', ({ req }) => guardInbox(publicUrl, req.raw, () => respondInboxPage(inbox)));
    app.get('/dev/inbox.json', ({ req }) =>
      guardInbox(publicUrl, req.raw, () => respondInboxJson(inbox, req.query('identity'))),
    );
  }
  const document = createStaticFile({
    type: 'application/json',
    read: () => JSON.stringify(createOpenApiDocument(routes, { version, sessionCookie, hasApiKeys })),
  });
  for (const [path, answer] of Object.entries({ ...createDocsFiles(), '/openapi.json': document })) {
    serve({ method: 'GET', path, access: ['open'], answer });
  }

  app.notFound(({ req }) => {
    const allowed = app.routes
      .filter(({ path, method }) => path === req.path && method !== 'ALL')
      .map(({ method }) => method);
    if (allowed.length === 0) return respondProblem('not_found', 'There is no such route; see /docs');
    const list = allowed.join(', ');
    return respondProblem('method_not_allowed', `Allowed here: ${list}`, {}, { Allow: list });
  });
  app.onError((error) => toWebResponse(replyError(error, logger)));

  const handler: Handler = async (request, info = {}) => app.fetch(request, info);
  handler.findRoute = (method, path, origin) => {
    // Answers to pages need headers that only the application adds.
    if (corsOrigins.length > 0 && origin !== undefined) return undefined;
    const byMethod = direct.get(path);
    const answer = byMethod?.get(method) ?? (method === 'HEAD' ? byMethod?.get('GET') : undefined);
    return answer && corsOrigins.length > 0 ? varyByOrigin(answer) : answer;
  };
  return handler;
}

/** A cache must not give a page of another origin the answer that was made for nobody's. */
function varyByOrigin(answer: AnswerCall): AnswerCall {
  return async (request) => {
    const reply = await answer(request);
    const vary = reply.headers.Vary === undefined ? 'Origin' : `${reply.headers.Vary}, Origin`;
    return { ...reply, headers: { ...reply.headers, Vary: vary } };
  };
}

function replyError(error: unknown, logger: Logger): HttpReply {
  if (error instanceof OtpError && error.code !== 'internal') {
    const isOurs = error.code === 'store_unavailable' || error.code === 'overloaded';
    if (isOurs) logger.error({ error: error.code, reason: error.message }, 'request failed');
    return replyProblem(error.code, error.message, isOurs ? { retry_after_seconds: retrySoonSeconds } : {});
  }
  logger.error(describeFault(error), 'request failed');
  return replyProblem('internal', 'The fault has been logged');
}

/** Where it happened, not what was said: a message may hold what a person sent. */
function describeFault(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').map((line) => line.trim());
  return { error: error.name, at: frames.filter((line) => line.startsWith('at ')).slice(0, 8) };
}
