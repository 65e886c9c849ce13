import type { RouteConfig } from '@hono/zod-openapi';
import type { Gate } from '../core/gate.js';
import type { Store } from '../ports.js';
import type { Service } from '../service.js';
import type { TokenKeys } from '../tokens/keys.js';
import type { Tokens } from '../tokens/tokens.js';
import type { Access } from './access.js';
import type { Call } from './call.js';
import { createGateRoutes } from './gate-routes.js';
import { createHealthRoutes } from './health-routes.js';
import { createOauthRoutes } from './oauth-routes.js';
import { createOtpRoutes } from './otp-routes.js';
import type { Reply } from './reply.js';
import type { Schemas } from './schemas.js';
import type { SessionCookie } from './session-cookie.js';
import { createTokenRoutes } from './token-routes.js';

export interface RouteParts {
  service: Service;
  store: Pick<Store, 'ping'>;
  tokens: Tokens;
  jwks: TokenKeys['jwks'];
  /** Purposes whose tokens pass as a bearer. */
  bearerPurposes: readonly string[];
  /** Who may introspect: the SHA-256 of each secret in hex, by name. */
  introspectClients: readonly { name: string; hash: string }[];
  /** Who is let through at `/authz/*`. */
  gate: Gate;
  sessionCookie: SessionCookie;
  /** Where the sign-in page is for hosts that share the cookie; without it, under the host that was asked. */
  signInUrl?: string | undefined;
  schemas: Schemas;
}

export interface Route {
  /** What the OpenAPI document says of it. */
  definition: RouteConfig;
  /** What a caller has to bring: any one of these. */
  access: readonly Access[];
  /** @param ip the address to count against; undefined for a known caller who named nobody */
  handle(call: Call, ip: string | undefined): Promise<Reply>;
}

/** Every route of the API: the server and the OpenAPI document are both made from this table. */
export function createRoutes(parts: RouteParts): Route[] {
  return [
    ...createOtpRoutes(parts),
    ...createTokenRoutes(parts),
    ...createOauthRoutes(parts),
    ...createGateRoutes(parts),
    ...createHealthRoutes(parts),
  ];
}
