import { html } from '../html.js';
import { type Page, type PageContext, renderPage, titleOf } from './layout.js';
import { type Notice, renderNotice } from './notice.js';

export interface NoticePageInput {
  notice: Notice;
  /** In milliseconds since 1970. */
  now: number;
  /** Where its button leads. */
  onwards: string;
}

/** A page that only says what was wrong, with the way on. */
export function renderNoticePage(context: PageContext, { notice, now, onwards }: NoticePageInput): Page {
  const title = titleOf(context);
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
${renderNotice(context, notice, now)}
<a class="primary" href="${onwards}">${context.strings.page.continue}</a>`,
  });
}
