import { html } from '../html.js';
import { replyDeveloperPage } from '../http/developer-page.js';
import { replyNotFound } from '../http/problems.js';
import { type HttpReply, securityHeaders } from '../http/reply.js';
import { isNavigation } from '../http/request.js';
import type { Route } from '../http/route.js';
import { isPageServed } from '../options/rules.js';
import { toOptions } from '../options/settings.js';
import { paths } from '../sign-in/paths.js';
import { version } from '../version.js';
import { hasInbox } from './banner.js';
import type { Config } from './config.js';
import { isProduction } from './node-env.js';

/**
 * Answers browsers at `/`: in development with a page of links, in production with a redirect to the sign-in page, if
 * that is served. Only here and not in the handler, because inside another server `/` belongs to the application.
 *
 * Load balancers may check the health of a service by OPTIONS at `/`.
 */
export function createFrontPage(config: Config): Route {
  const page = choosePage(config);
  return {
    method: '*',
    path: '/',
    access: ['open'],
    answer(request) {
      const { method } = request;
      if (method === 'OPTIONS') return { status: 204, headers: securityHeaders, body: null };
      return page && isNavigation(method, request) ? page : replyNotFound();
    },
  };
}

function choosePage(config: Config): HttpReply | undefined {
  const { headers, ...page } = isProduction(config)
    ? { status: 303, headers: { ...securityHeaders, Location: `.${paths.signIn}` }, body: null }
    : replyFrontPage(config);
  const isServed = !isProduction(config) || isPageServed(toOptions(config));
  return isServed ? { ...page, headers: { ...headers, Vary: 'Accept' } } : undefined;
}

function replyFrontPage(config: Config): HttpReply {
  const body = html`<p>The service is running in development.</p>
<ul>
${isPageServed(toOptions(config)) && html`<li><a href=".${paths.signIn}">Sign-in page</a></li>`}
${config.DOCS === 'on' && html`<li><a href="./docs">API</a>: every route, with forms to try it</li>`}
${hasInbox(config) && html`<li><a href="./dev/inbox">Inbox</a>: every code that was sent</li>`}
<li><a href="./readyz">Health</a>: whether the store answers</li>
</ul>`;
  return replyDeveloperPage(`stateless-otp ${version}`, body);
}
