import { type Html, html } from '../html.js';
import type { Locale } from '../messages/catalogue.js';
import { fillString, type Strings } from '../messages/strings.js';
import type { Brand } from './brand.js';

export interface PageContext {
  locale: Locale;
  strings: Strings;
  brand: Brand;
  /** Milliseconds since 1970. */
  now: number;
  /** A path of ours as the page has to name it; see `locate`. */
  at(path: string): string;
}

export interface Page {
  title: string;
  body: Html;
}

interface DocumentParts extends Record<'style' | 'script' | 'nonce', string> {
  /** Of a third party that judges the human check; runs before the page's own. */
  checkScript: string | null;
}

/**
 * A whole document: one card under the logo or the name of the application.
 *
 * @param nonce of this answer alone: its policy lets in only what carries it
 */
export function renderDocument(
  { locale, strings, at, brand: { name = '', logoUrl } }: PageContext,
  { title, body }: Page,
  { style, script, nonce, checkScript }: DocumentParts,
): string {
  const logo =
    logoUrl === undefined
      ? name !== '' &&
        html`<p class="name"><span class="mark" aria-hidden="true">${initialOf(name)}</span>${name}</p>`
      : html`<img class="logo" src="${logoUrl}" alt="${name}">`;
  return html`<!doctype html>
<html lang="${locale}" dir="${strings.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${at(style)}" nonce="${nonce}">
${checkScript !== null && html`<script src="${checkScript}" nonce="${nonce}" defer></script>`}
<script src="${at(script)}" nonce="${nonce}" defer></script>
</head>
<body>
<header>${logo}</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.markup;
}

/** The first letter as people see it: É for `Éclair`, however it is encoded. */
function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return (first?.segment ?? '').toUpperCase();
}

/** "Sign in", with the name of the application where it has one. */
export function titleOf({ strings, brand }: PageContext): string {
  const { signIn, signInTo } = strings.page;
  return brand.name === undefined ? signIn : fillString(signInTo, { app: brand.name });
}

/** An address or number: it runs from left to right whatever is around it. */
export function isolate(text: string): Html {
  return html`<bdi dir="ltr">${text}</bdi>`;
}
