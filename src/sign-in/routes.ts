import type { Keys } from '../core/keys.js';
import { isLoopbackHost } from '../core/loopback.js';
import type { Channel } from '../core/policy.js';
import type { PageRoute } from '../http/page-route.js';
import { securityHeaders } from '../http/reply.js';
import type { SessionCookie } from '../http/session-cookie.js';
import type { Locale } from '../messages/catalogue.js';
import type { Clock, Logger, MonotonicClock, Random } from '../ports.js';
import type { Service } from '../service.js';
import type { Tokens } from '../tokens/tokens.js';
import { createAssets } from './assets.js';
import type { Brand } from './brand.js';
import { createBrowserReader } from './browser.js';
import { createFlow } from './flow.js';
import { createFormTokens } from './form-tokens.js';
import { createForms } from './forms.js';
import type { Links } from './links.js';
import { createPages } from './pages.js';
import { createPageResponder } from './respond-page.js';
import { createReturnTargets } from './return-target.js';
import { createStateCookie } from './state.js';
import { createViews } from './views.js';

export { signInPurpose } from './flow.js';

export interface SignInOptions {
  service: Pick<Service, 'request' | 'verify'>;
  tokens: Pick<Tokens, 'check' | 'revoke'>;
  sessionCookie: SessionCookie;
  keys: Pick<Keys, 'signInState' | 'signInForm'>;
  /** Part of the names of cookies, and of what they are sealed for. */
  namespace: string;
  /** Plain http, for development: served on localhost only. */
  isInsecure: boolean;
  publicUrl: string | undefined;
  cookieDomain: string | undefined;
  /** Where people go who came to the page by themselves. */
  home: string | undefined;
  embedOrigins: readonly string[];
  brand: Brand;
  defaultLocale: Locale;
  defaultCountry: string | undefined;
  /** Those that some transport serves. */
  channels: readonly Channel[];
  /** Whether everybody may sign in. */
  isOpenToAll: boolean;
  /** Reads links beside codes; without it there are none. */
  links: Links | undefined;
  random: Random;
  clock: Clock;
  monotonicClock: MonotonicClock;
  logger: Logger;
}

/**
 * The sign-in page: every route of it.
 *
 * @throws RangeError for a brand that cannot be shown, or a home that is no host of ours
 */
export function createSignInRoutes(options: SignInOptions): PageRoute[] {
  const createId = options.random.id;
  const assets = createAssets(options.brand.color);
  const targets = createReturnTargets(options);
  const stateCookie = createStateCookie({ ...options, key: options.keys.signInState });
  const formTokens = createFormTokens(options.keys.signInForm, createId);
  const browser = createBrowserReader({ ...options, stateCookie, createId });
  const views = createViews({ ...options, assets, createToken: formTokens.create });
  const flow = createFlow({ ...options, createId });
  const respond = createPageResponder({
    logoUrl: options.brand.logoUrl,
    embedOrigins: options.embedOrigins,
    formTargets: targets.origins,
  });
  const parts = { ...options, assets, browser, flow, formTokens, respond, stateCookie, targets, views };
  const routes = [...createPages(parts), ...createForms(parts)];
  return options.isInsecure ? routes.map(keepLocal) : routes;
}

/** Cookies without their protection must not travel over a network. */
function keepLocal({ handle, ...route }: PageRoute): PageRoute {
  return {
    ...route,
    async handle(request, ip) {
      const { protocol, hostname } = new URL(request.url);
      if (isLoopbackHost(hostname) || protocol === 'https:') return handle(request, ip);
      const text =
        'Over plain http the sign-in page is served on localhost only. Set PUBLIC_URL to an https address.\n';
      return new Response(text, {
        status: 403,
        headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' },
      });
    },
  };
}
