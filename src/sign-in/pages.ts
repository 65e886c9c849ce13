import type { PageRoute } from '../http/page-route.js';
import { respondJson } from '../http/respond.js';
import type { Assets } from './assets.js';
import type { BrowserReader } from './browser.js';
import { findAsked, type Links } from './links.js';
import { paths, signInPath } from './paths.js';
import type { PageResponder } from './respond-page.js';
import type { ReturnTargets } from './return-target.js';
import type { Views } from './views.js';

export interface PageParts {
  assets: Assets;
  browser: BrowserReader;
  views: Views;
  respond: PageResponder;
  targets: ReturnTargets;
  links: Links | undefined;
}

/** What is asked for with GET. None of it changes anything, however often and by whomever it is asked for. */
export function createPages(parts: PageParts): PageRoute[] {
  const { assets, browser, views, respond, targets, links } = parts;

  async function showSignIn(request: Request): Promise<Response> {
    const returnTo = targets.read(new URL(request.url).searchParams.get('rd'));
    const { state, cookies } = browser.readState(request);
    const session = await browser.readSession(request);
    const markup = session
      ? await views.signedIn(request, state, {
          identity: session.identity,
          returnTo: returnTo ?? targets.home,
        })
      : await views.identity(request, state, { returnTo });
    return respond.page(200, markup, cookies);
  }

  async function showCode(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const named = searchParams.get('flow');
    const returnTo = targets.read(searchParams.get('rd'));
    const { state } = browser.readState(request);
    const flow = state.flows.find(({ id }) => named === null || id === named);
    if (flow) {
      const own = named === null ? flow : { ...flow, returnTo };
      return respond.page(200, await views.code(request, state, own));
    }
    // The first page says who is signed in, with the way on.
    return respond.seeOther(signInPath(returnTo));
  }

  /** The browser that asked is asked whether to go on; any other is shown the code, to be typed where it was asked for. */
  async function showLink(request: Request): Promise<Response> {
    const link = new URL(request.url).searchParams.get('k');
    const opened = links?.read(link) ?? null;
    if (!opened || link === null) {
      return respond.page(410, await views.notice(request, 'linkExpired', paths.signIn));
    }
    const session = await browser.readSession(request);
    if (session?.identity === opened.identity) return showSignOut(request);
    const { state } = browser.readState(request);
    const flow = findAsked(opened, state);
    const markup = flow
      ? await views.link(request, flow, link)
      : await views.linkElsewhere(request, opened.code);
    return respond.page(200, markup);
  }

  async function showSignOut(request: Request): Promise<Response> {
    const session = await browser.readSession(request);
    if (!session) return respond.seeOther(paths.signIn);
    const { state, cookies } = browser.readState(request);
    const markup = await views.signedIn(request, state, {
      identity: session.identity,
      returnTo: targets.home,
    });
    return respond.page(200, markup, cookies);
  }

  return [
    { method: 'GET', path: paths.signIn, handle: showSignIn },
    { method: 'GET', path: paths.code, handle: showCode },
    { method: 'GET', path: paths.link, handle: showLink },
    { method: 'GET', path: paths.signOut, handle: showSignOut },
    {
      method: 'GET',
      path: paths.countries,
      handle: async (request) => respondJson(200, views.countries(request), { Vary: 'Accept-Language' }),
    },
    {
      method: 'GET',
      path: paths.strings,
      handle: async (request) => respondJson(200, views.strings(request), { Vary: 'Accept-Language' }),
    },
    { method: 'GET', path: paths.elements, handle: assets.respondElements },
    {
      method: 'GET',
      path: `${paths.assets}*`,
      handle: assets.respond,
    },
  ];
}
