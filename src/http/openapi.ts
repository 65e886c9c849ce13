import { OpenAPIHono } from '@hono/zod-openapi';
import type { Route } from './routes.js';
import type { SessionCookie } from './session-cookie.js';

/** The OpenAPI 3.1 document of these routes. */
export function createOpenApiDocument(
  routes: readonly Route[],
  { version, sessionCookie }: { version: string; sessionCookie: Pick<SessionCookie, 'name'> },
): object {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'client', { type: 'http', scheme: 'basic' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie.name,
  });
  for (const { definition } of routes) app.openAPIRegistry.registerPath(definition);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'stateless-otp',
      version,
      description: 'One-time passcodes without a database: request a code, verify it, hold a signed token.',
      license: { name: 'MIT' },
    },
  });
}
