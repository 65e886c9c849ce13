import { remember } from '../fast/recent.js';
import { type Html, type HtmlValue, html } from '../html.js';
import { cachedLocales, type Locale, locales } from '../messages/catalogue.js';
import { fillString } from '../messages/strings.js';
import { type Brand, chooseOnBrand, defaultColor } from './brand.js';
import { labelLinks } from './brand-links.js';
import type { PageContext } from './page-context.js';
import { paths } from './paths.js';

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

/** The icon of the browser's tab: the logo, or the first letter of the name on the brand colour. */
function findTabIcon({ name = '', logoUrl, color = defaultColor }: Brand): string {
  if (logoUrl !== undefined) return logoUrl;
  const letter = initialOf(name) || '✱';
  const { markup } =
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${color}"/><text x="16" y="22.5" font-family="system-ui,sans-serif" font-size="19" font-weight="700" text-anchor="middle" fill="${chooseOnBrand(color)}">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(markup)}`;
}

/** The logo, or the first letter of the name. */
function renderMark({ name = '', logoUrl }: Brand): Html | null {
  if (logoUrl !== undefined) return html`<img class="logo" src="${logoUrl}" alt="${name}">`;
  return name === '' ? null : html`<span class="mark" aria-hidden="true">${initialOf(name)}</span>`;
}

/** The first letter as people see it: É for `Éclair`, however it is encoded. */
function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return (first?.segment ?? '').toUpperCase();
}

const tick: Html = html`<svg class="tick" viewBox="0 0 24 24" width="1em" height="1em" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="m7 12.5 3.4 3.4L17 9" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** What a language calls itself. On first use: naming them all would take 1 % of a start. */
const nameOf = remember(cachedLocales, (locale: Locale) => {
  const name = new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
});

/** The links of the operator, and the languages. */
function renderFooter({ locale, strings, brand, at, here }: PageContext): Html {
  const links = labelLinks(brand.links ?? [], strings).map(
    ({ label, url }) => html`<li><a href="${url}">${label}</a></li>`,
  );
  const choices = locales.map(
    (value) =>
      html`<button name="locale" value="${value}" lang="${value}"${value === locale && html` aria-current="true"`}>${nameOf(value)}</button>`,
  );
  return html`<footer>
${links.length > 0 && html`<ul class="links">${links}</ul>`}
<details class="languages">
<summary><span class="unseen">${strings.page.language}: </span>${nameOf(locale)}</summary>
<form method="post" action="${at(paths.locale)}">
<input type="hidden" name="page" value="${here}">
${choices}
</form>
</details>
</footer>`;
}
