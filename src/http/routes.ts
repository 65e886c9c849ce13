import type { Store } from '../ports.js';
import { createGateRoutes, type GateParts } from './gate-routes.js';
import { createOauthRoutes, type OauthParts } from './oauth-routes.js';
import { createOperatorRoutes, type OperatorParts } from './operator-routes.js';
import { createOtpRoutes, type OtpParts } from './otp-routes.js';
import { replyJson } from './reply.js';
import type { Route } from './route.js';
import { createTokenRoutes, type TokenParts } from './token-routes.js';

type Common = OtpParts & OperatorParts & { store: Pick<Store, 'ping'> };
type OfTokens = TokenParts & OauthParts & GateParts;

export type RouteParts = Common &
  Omit<OfTokens, 'tokens' | 'jwks'> & {
    /** Undefined where no tokens are issued, like `jwks`: there are no routes of tokens and of the gate then. */
    tokens: OfTokens['tokens'] | undefined;
    jwks: OfTokens['jwks'] | undefined;
    /** Whether some API key has the right `operate`. */
    hasOperators: boolean;
  };

/** Every route of the API: the server and the OpenAPI document are both made from this table. */
export function createRoutes(parts: RouteParts): Route[] {
  return [
    ...createOtpRoutes(parts),
    ...createRoutesOfTokens(parts),
    ...createHealthRoutes(parts),
    ...(parts.hasOperators ? createOperatorRoutes(parts) : []),
  ];
}

function createRoutesOfTokens(parts: RouteParts): Route[] {
  const { tokens, jwks } = parts;
  if (!tokens || !jwks) return [];
  const given = { ...parts, tokens, jwks };
  return [...createTokenRoutes(given), ...createOauthRoutes(given), ...createGateRoutes(given)];
}

function createHealthRoutes({ store }: Pick<Common, 'store'>): Route[] {
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
