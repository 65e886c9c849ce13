import { createGateRoutes, type GateParts } from './gate-routes.js';
import { createHealthRoutes, type HealthParts } from './health-routes.js';
import { createOauthRoutes, type OauthParts } from './oauth-routes.js';
import { createOperatorRoutes, type OperatorParts } from './operator-routes.js';
import { createOtpRoutes, type OtpParts } from './otp-routes.js';
import type { Route } from './route.js';
import { createTokenRoutes, type TokenParts } from './token-routes.js';

type Common = OtpParts & HealthParts & OperatorParts;
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
