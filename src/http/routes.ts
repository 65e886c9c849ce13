import { createGateRoutes, type GateParts } from './gate-routes.js';
import { createHealthRoutes, type HealthParts } from './health-routes.js';
import { createOauthRoutes, type OauthParts } from './oauth-routes.js';
import { createOperatorRoutes, type OperatorParts } from './operator-routes.js';
import { createOtpRoutes, type OtpParts } from './otp-routes.js';
import type { Route } from './route.js';
import { createTokenRoutes, type TokenParts } from './token-routes.js';

export type RouteParts = OtpParts &
  TokenParts &
  OauthParts &
  GateParts &
  HealthParts &
  OperatorParts & {
    /** Whether some API key has the right `operate`. */
    hasOperators: boolean;
  };

/** Every route of the API: the server and the OpenAPI document are both made from this table. */
export function createRoutes(parts: RouteParts): Route[] {
  return [
    ...createOtpRoutes(parts),
    ...createTokenRoutes(parts),
    ...createOauthRoutes(parts),
    ...createGateRoutes(parts),
    ...createHealthRoutes(parts),
    ...(parts.hasOperators ? createOperatorRoutes(parts) : []),
  ];
}
