import { isLoopbackHost } from '../core/loopback.js';
import { findHostname } from '../http/host.js';
import { type HttpReply, replyJson, replyText } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { catalogue } from '../messages/catalogue.js';
import { chooseLocale } from '../messages/choose-locale.js';
import { createCodeRoutes } from './code-page.js';
import { createIdentityRoutes } from './identity-page.js';
import { createLinkRoutes } from './link-page.js';
import type { SignInOptions } from './options.js';
import { createSignInParts, type Parts } from './parts.js';
import { paths } from './paths.js';
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

/** What the scripts of the page and of the elements fetch, in the language of the browser. */
function createScriptRoutes(
  parts: Pick<Parts, 'reach' | 'defaultLocale' | 'findCountry' | 'localeOf' | 'nameCountries'>,
): Route[] {
  const { reach, defaultLocale, findCountry, localeOf, nameCountries } = parts;
  const reply = (body: unknown): HttpReply => replyJson(200, body, { Vary: 'Accept-Language, Cookie' });

  function giveCountries(request: HttpRequest): HttpReply {
    return reply({ guess: findCountry(request), countries: nameCountries(localeOf(request)) });
  }

  /** What the page says, for elements on other pages; `locale` in the query names another language. */
  function giveStrings(request: HttpRequest): HttpReply {
    const named = new URLSearchParams(request.query).get('locale');
    const locale = named === null ? localeOf(request) : chooseLocale(named, defaultLocale);
    const { page } = catalogue[locale];
    // The element has one label, whatever can be reached.
    return reply({ ...page, emailOrPhone: page[reach] });
  }

  return [
    { method: 'GET', path: paths.countries, access: ['open'], answer: giveCountries },
    { method: 'GET', path: paths.strings, access: ['open'], answer: giveStrings },
  ];
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
