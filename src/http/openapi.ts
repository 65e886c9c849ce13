import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { requestIdHeader, requestIdPattern } from '../core/request-id.js';
import { describeSchemes, describeSecurity } from './access.js';
import { describeRoute } from './describe.js';
import type { Route } from './route.js';
import type { Schemas } from './schemas.js';
import type { SessionCookie } from './session-cookie.js';
import { createStaticFile } from './static-files.js';

export interface OpenApiOptions {
  version: string;
  schemas: Schemas;
  sessionCookie: Pick<SessionCookie, 'name'>;
  hasApiKeys: boolean;
}

/** Sections of the documentation, by the beginning of the path. */
const sections = [
  { path: '/api/v1/otp/', name: 'Codes', description: 'Request a code, then exchange it for a token' },
  { path: '/api/v1/token/', name: 'Tokens', description: 'Check, refresh and end tokens' },
  { path: '/oauth/', name: 'OAuth 2.0', description: 'The same for standard clients (RFC 7662, RFC 7009)' },
  { path: '/authz/', name: 'Gate', description: 'For reverse proxies: is this person signed in?' },
  { path: '/api/v1/operator/', name: 'Operators', description: 'Look after one person' },
  { path: '/', name: 'Service', description: 'Public keys and health' },
] as const;

const sectionOf = (path: string) => sections.find((section) => path.startsWith(section.path))?.name ?? '';

const introduction = `One-time passcodes without a database: request a code, verify it, hold a signed token.

Start with \`POST /api/v1/otp/request\`. In development, the code appears in the terminal of the service and at [/dev/inbox](/dev/inbox);
in production, in the recipient's mailbox or phone. Put it into \`otp\` of \`POST /api/v1/otp/verify\`.`;

export function createOpenApiDocument(
  routes: readonly Route[],
  { version, schemas, sessionCookie, hasApiKeys }: OpenApiOptions,
): object {
  const app = new OpenAPIHono();
  for (const [name, scheme] of Object.entries(describeSchemes(sessionCookie))) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  for (const { method, path, access, document } of routes) {
    if (!document) continue;
    const entry = describeRoute(schemas, document);
    const security = describeSecurity(access, hasApiKeys);
    app.openAPIRegistry.registerPath({
      method: method === 'GET' ? 'get' : 'post',
      path,
      ...entry,
      tags: [sectionOf(path)],
      responses: documentRequestId(entry.responses),
      ...(security && { security }),
    });
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'stateless-otp',
      version,
      description: introduction,
      license: { name: 'MIT' },
    },
    tags: sections.map(({ name, description }) => ({ name, description })),
  });
}

const requestId = {
  [requestIdHeader]: {
    description: 'Names this request in the log',
    schema: { type: 'string' as const, pattern: requestIdPattern.source },
  },
};

/** Every answer has the header. */
function documentRequestId(responses: RouteConfig['responses']): RouteConfig['responses'] {
  const named = Object.entries(responses).map(([status, response]) => [
    status,
    { ...response, headers: { ...('headers' in response ? response.headers : {}), ...requestId } },
  ]);
  return Object.fromEntries(named) as RouteConfig['responses'];
}

/** `/openapi.json`: the document of these routes. */
export function createOpenApiRoute(routes: readonly Route[], options: OpenApiOptions): Route {
  const read = () => JSON.stringify(createOpenApiDocument(routes, options));
  const answer = createStaticFile({ type: 'application/json', read });
  return { method: 'GET', path: '/openapi.json', access: ['open'], answer };
}
