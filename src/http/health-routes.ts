import type { Store } from '../ports.js';
import { describeProblems, json } from './describe.js';
import { replyJson } from './reply.js';
import type { Route } from './route.js';
import type { Schemas } from './schemas.js';

export interface HealthParts {
  store: Pick<Store, 'ping'>;
  schemas: Schemas;
}

export function createHealthRoutes({ store, schemas }: HealthParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/livez',
      access: ['open'],
      document: () => ({
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        responses: { 200: json('It runs', schemas.health) },
      }),
      answer: async () => replyJson(200, { status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/readyz',
      access: ['open'],
      document: () => ({
        operationId: 'getReadiness',
        summary: 'Whether the service can serve, its store included',
        responses: {
          200: json('It can serve', schemas.health),
          ...describeProblems(schemas, ['store_unavailable']),
        },
      }),
      async answer() {
        await store.ping();
        return replyJson(200, { status: 'ok' });
      },
    },
  ];
}
