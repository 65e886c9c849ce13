import { fillHtml, html } from '../html.js';
import { isolate, type Page, type PageContext, renderPage } from './layout.js';
import { paths } from './paths.js';

export interface SignedInPageInput {
  identity: string;
  returnTo: string | null;
  token: string;
}

/** For somebody who has a session. */
export function renderSignedInPage(
  context: PageContext,
  { identity, returnTo, token }: SignedInPageInput,
): Page {
  const { page } = context.strings;
  return renderPage(context, {
    title: page.signedIn,
    body: html`<h1>${page.signedIn}</h1>
<p class="lead">${fillHtml(page.signedInAs, { identity: isolate(identity) })}</p>
${returnTo !== null && html`<a class="primary" href="${returnTo}">${page.continue}</a>`}
<form class="more" method="post" action="${paths.signOut}" data-once>
<input type="hidden" name="token" value="${token}">
<button class="secondary">${page.signOut}</button>
</form>`,
  });
}
