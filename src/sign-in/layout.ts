import { type Html, type HtmlValue, html } from '../html.js';
import { fillString } from '../messages/strings.js';
import { renderFooter } from './footer.js';
import { findTabIcon, renderMark, tick } from './icons.js';
import type { PageContext } from './page-context.js';

export interface Page {
  title: string;
  body: Html;
  /** Whether the page says that something has been done. */
  isDone?: boolean;
}

interface DocumentParts extends Record<'style' | 'script' | 'nonce', string> {
  /** The script of a third party that decides human checks; it runs before the page's own. */
  checkScript: string | null;
}

/**
 * A whole document: one card with the logo or the initial of the application, and a footer.
 *
 * @param nonce of this answer alone, whose policy allows only what carries it
 */
export function renderDocument(
  context: PageContext,
  { title, body, isDone = false }: Page,
  { style, script, nonce, checkScript }: DocumentParts,
): string {
  const { locale, strings, brand, at } = context;
  const { name = '' } = brand;
  const mark = renderMark(brand);
  // Shown once on a page: in the heading, or next to the mark.
  const isNamed = name === '' || title.includes(name);
  return html`<!doctype html>
<html lang="${locale}" dir="${strings.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${isNamed ? title : `${title} · ${name}`}</title>
<link rel="icon" href="${findTabIcon(brand)}">
<link rel="stylesheet" href="${at(style)}" nonce="${nonce}">
${checkScript !== null && html`<script src="${checkScript}" nonce="${nonce}" defer></script>`}
<script src="${at(script)}" nonce="${nonce}" defer></script>
</head>
<body>
<main>
${mark !== null && html`<p class="brand">${mark}${!isNamed && brand.logoUrl === undefined && html`<span>${name}</span>`}</p>`}
<h1>${isDone && tick}${keepWhole(title)}</h1>
${body}
<p id="busy" class="unseen" role="status" data-text="${strings.page.busy}"></p>
</main>
${renderFooter(context)}
</body>
</html>
`.markup;
}

/** A number and what it counts, such as "6-digit", stay on one line. */
function keepWhole(title: string): HtmlValue {
  return title
    .split(/(\d+-\p{L}+)/u)
    .map((part, at) => (at % 2 ? html`<span class="whole">${part}</span>` : part));
}

/** "Sign in", with the name of the application where it has one. */
export function titleOf({ strings, brand }: PageContext): string {
  const { signIn, signInTo } = strings.page;
  return brand.name === undefined ? signIn : fillString(signInTo, { app: brand.name });
}

/** An address or number, which runs from left to right in any text. */
export function isolate(text: string): Html {
  return html`<bdi dir="ltr">${text}</bdi>`;
}
