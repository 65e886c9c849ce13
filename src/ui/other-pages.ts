import { fillHtml, html } from './html.js';
import { isolate, type PageContext, renderPage, titleOf } from './layout.js';
import { type Notice, renderNotice } from './notice.js';
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
): string {
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

export interface LinkPageInput {
  /** The masked identity. */
  to: string;
  /** What the link came with; goes back with the form. */
  link: string;
  token: string;
}

/** The link, opened in the browser that asked for it: says what the button will do. */
export function renderLinkPage(context: PageContext, { to, link, token }: LinkPageInput): string {
  const { page } = context.strings;
  const title = titleOf(context);
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${fillHtml(page.linkQuestion, { to: isolate(to) })}</p>
<form method="post" action="${paths.link}" data-once>
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="k" value="${link}">
<button class="primary">${page.signIn}</button>
</form>`,
  });
}

/** The link, opened anywhere else: the code, to be typed where it was asked for. */
export function renderLinkElsewherePage(context: PageContext, code: string): string {
  const { page, keep } = context.strings;
  const title = page.code;
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${page.linkElsewhere}</p>
<p class="code shown" dir="ltr">${code}</p>
<p class="hint">${keep}</p>`,
  });
}

/** A page that only says what was wrong, with the way back to the first step. */
export function renderNoticePage(context: PageContext, notice: Notice, now: number): string {
  const title = titleOf(context);
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
${renderNotice(context, notice, now)}
<a class="primary" href="${paths.signIn}">${context.strings.page.continue}</a>`,
  });
}
