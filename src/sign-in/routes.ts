import { isLoopbackHost } from '../core/loopback.js';
import { findHostname } from '../http/host.js';
import { replyText } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { createCodeRoutes } from './code-page.js';
import { createIdentityRoutes } from './identity-page.js';
import { createLinkRoutes } from './link-page.js';
import type { SignInOptions } from './options.js';
import { createSignInParts } from './parts.js';
import { createScriptRoutes } from './script-routes.js';
import { createSignOutRoutes } from './signed-in-page.js';

/** Every route of the sign-in page. The options are as `resolveOptions` accepts them. */
export function createSignInRoutes(options: SignInOptions): Route[] {
  const parts = createSignInParts(options);
  const routes = [
    ...createIdentityRoutes(parts),
    ...createCodeRoutes(parts),
    ...createLinkRoutes(parts),
    ...createSignOutRoutes(parts),
    ...createScriptRoutes(parts),
    parts.localeChoice.createRoute(parts.replies),
    ...parts.assets.routes,
  ];
  return options.isInsecure ? routes.map(keepLocal) : routes;
}

/** Cookies without their protection must not travel over a network. */
function keepLocal(route: Route): Route {
  return {
    ...route,
    answer(request, caller) {
      const isLocal = isLoopbackHost(findHostname(request.host) ?? '');
      if (isLocal || request.scheme === 'https') return route.answer(request, caller);
      return replyText(
        403,
        'Over plain http the sign-in page is served on localhost only. Set PUBLIC_URL to an https address.\n',
      );
    },
  };
}
