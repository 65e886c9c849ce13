import { html } from './html.js';
import { type Page, type PageContext, renderPage, titleOf } from './layout.js';
import { type Notice, renderNotice } from './notice.js';
import { paths } from './paths.js';

/** A page that only says what was wrong, with the way back to the first step. */
export function renderNoticePage(context: PageContext, notice: Notice, now: number): Page {
  const title = titleOf(context);
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
${renderNotice(context, notice, now)}
<a class="primary" href="${paths.signIn}">${context.strings.page.continue}</a>`,
  });
}
