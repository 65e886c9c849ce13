import { html } from '../html.js';
import type { Otp } from '../otp.js';
import { paths } from '../sign-in/paths.js';
import { version } from '../version.js';
import { hasInbox, hasSignInPage } from './banner.js';
import { type Config, isProduction } from './config.js';

type Handler = Otp['handler'];

const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/**
 * Answers browsers at `/`: in development with a page of links, in production with a redirect to the sign-in page, if
 * that is served. Only here and not in the handler, because inside another server `/` belongs to the application.
 */
export function withFrontPage(handler: Handler, config: Config): Handler {
  const respond = chooseAnswer(config);
  if (!respond) return handler;
  return Object.assign(async (...[request, info]: Parameters<Handler>) => {
    const answer = await handler(request, info);
    return answer.status === 404 && isBrowserAtRoot(request) ? respond(request, answer) : answer;
  }, handler.findRoute && { findRoute: handler.findRoute });
}

type Respond = (request: Request, replaced: Response) => Response;

function chooseAnswer(config: Config): Respond | undefined {
  if (isProduction(config)) return hasSignInPage(config) ? redirectToSignIn : undefined;
  const page = renderFrontPage(config);
  return ({ method }, replaced) =>
    new Response(method === 'HEAD' ? null : page, {
      headers: withHeaders(replaced, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': contentSecurityPolicy,
      }),
    });
}

function redirectToSignIn(_request: Request, replaced: Response): Response {
  const headers = withHeaders(replaced, { Location: paths.signIn });
  headers.delete('Content-Type');
  return new Response(null, { status: 303, headers });
}

/** The security and CORS headers of the answer that is replaced, and these. */
function withHeaders(replaced: Response, more: Record<string, string>): Headers {
  const headers = new Headers(replaced.headers);
  headers.delete('Content-Length');
  headers.append('Vary', 'Accept');
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return headers;
}

function isBrowserAtRoot({ method, url, headers }: Request): boolean {
  const isPageAsked = /^(GET|HEAD)$/.test(method) && /\btext\/html\b/i.test(headers.get('accept') ?? '');
  return isPageAsked && new URL(url).pathname === '/';
}

function renderFrontPage(config: Config): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>stateless-otp</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
</style>
</head>
<body>
<main>
<h1>stateless-otp ${version}</h1>
<p>The service is running in development.</p>
<ul>
${hasSignInPage(config) && html`<li><a href="${paths.signIn}">Sign-in page</a></li>`}
<li><a href="/docs">API</a>: every route, with forms to try it</li>
${hasInbox(config) && html`<li><a href="/dev/inbox">Inbox</a>: every code that was sent</li>`}
</ul>
</main>
</body>
</html>
`.markup;
}
