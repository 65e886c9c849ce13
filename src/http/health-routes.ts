import { createRoute } from '@hono/zod-openapi';
import { describeProblems, json } from './describe.js';
import { replyJson } from './reply.js';
import type { Route, RouteParts } from './routes.js';

/** Whether the process runs, and whether it can serve. */
export function createHealthRoutes({ store, schemas }: RouteParts): Route[] {
  return [
    {
      definition: createRoute({
        method: 'get',
        path: '/livez',
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        responses: { 200: json('It runs', schemas.health) },
      }),
      access: ['open'],
      handle: async () => replyJson(200, { status: 'ok' }),
    },
    {
      definition: createRoute({
        method: 'get',
        path: '/readyz',
        operationId: 'getReadiness',
        summary: 'Whether the service can serve, its store included',
        responses: {
          200: json('It can serve', schemas.health),
          ...describeProblems(schemas, ['store_unavailable']),
        },
      }),
      access: ['open'],
      async handle() {
        await store.ping();
        return replyJson(200, { status: 'ok' });
      },
    },
  ];
}
