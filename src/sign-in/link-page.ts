import { fillHtml, html } from '../html.js';
import { isolate, type Page, type PageContext, renderPage, titleOf } from './layout.js';
import { paths } from './paths.js';

export interface LinkPageInput {
  /** The masked identity. */
  to: string;
  /** What the link came with; goes back with the form. */
  link: string;
  token: string;
}

/** The link, opened in the browser that asked for it: says what the button will do. */
export function renderLinkPage(context: PageContext, { to, link, token }: LinkPageInput): Page {
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
export function renderLinkElsewherePage(context: PageContext, code: string): Page {
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
