import type { Store } from '../ports.js';
import { replyJson } from './reply.js';
import type { Route } from './route.js';

export interface HealthParts {
  store: Pick<Store, 'ping'>;
}

export function createHealthRoutes({ store }: HealthParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/livez',
      access: ['open'],
      document: {
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        answers: { 200: ['It runs', 'health'] },
      },
      answer: async () => replyJson(200, { status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/readyz',
      access: ['open'],
      document: {
        operationId: 'getReadiness',
        summary: 'Whether the service can serve, its store included',
        answers: { 200: ['It can serve', 'health'] },
        problems: ['store_unavailable'],
      },
      async answer() {
        await store.ping();
        return replyJson(200, { status: 'ok' });
      },
    },
  ];
}
