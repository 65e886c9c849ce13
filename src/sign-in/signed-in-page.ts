import { fillHtml, html } from '../html.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import type { Submission } from './forms.js';
import { isolate, type Page, type PageContext } from './layout.js';
import { type Outcome, say } from './outcome.js';
import type { PageParts, Parts } from './parts.js';
import { paths } from './paths.js';
import { forgetStep } from './state.js';

/** Says who is signed in, with the way on and a button that signs out. */
export function showSignedIn(
  { formTokens, replies, stateCookie }: Pick<PageParts, 'formTokens' | 'replies' | 'stateCookie'>,
  request: HttpRequest,
  identity: string,
  returnTo: string | null,
): HttpReply {
  const { state, cookies } = stateCookie.readOrBegin(request);
  const render = ({ strings: { page } }: PageContext): Page => ({
    title: page.signedIn,
    body: html`<p class="lead">${fillHtml(page.signedInAs, { identity: isolate(identity) })}</p>
${returnTo !== null && html`<a class="primary" href="${returnTo}">${page.continue}</a>`}
<form class="more" method="post" action="${paths.signOut}" data-once>
<input type="hidden" name="token" value="${formTokens.create(state.browser)}">
<button class="secondary">${page.signOut}</button>
</form>`,
  });
  return replies.page(request, render, { cookies });
}

/** Signing out, at `/sign-out`. */
export function createSignOutRoutes(parts: PageParts & Pick<Parts, 'sessionCookie' | 'tokens'>): Route[] {
  const { replies, sessionCookie, targets, tokens } = parts;

  async function show(request: HttpRequest): Promise<HttpReply> {
    const identity = await parts.findSignedIn(request);
    if (identity === null) return replies.seeOther(paths.signIn);
    return showSignedIn(parts, request, identity, targets.home);
  }

  async function submit({ request, state, asker }: Submission): Promise<Outcome> {
    for (const token of sessionCookie.read(request.header('cookie'))) await tokens.revoke(token, asker.call);
    const outcome = say({ kind: 'signedOut' }, 'identity', forgetStep(state));
    return { ...outcome, session: null };
  }

  return [
    { method: 'GET', path: paths.signOut, access: ['open'], answer: show },
    parts.acceptForm({ path: paths.signOut, submit }),
  ];
}
