import { type Html, html } from '../html.js';
import type { Locale } from '../messages/catalogue.js';
import { fillString, type Strings } from '../messages/strings.js';
import type { Brand } from './brand.js';

/** What every page needs to know. */
export interface PageContext {
  locale: Locale;
  strings: Strings;
  brand: Brand;
  /** Where the style sheet and the script lie. */
  assets: { style: string; script: string };
  /** Random, of this page alone: the style sheet and the script carry it, and nothing else is let in. */
  nonce: string;
}

/** What is sent to a browser. */
export interface Page {
  markup: string;
  nonce: string;
}

export interface PageParts {
  title: string;
  body: Html;
}

/** A whole page: one card under the logo or the name of the application. */
export function renderPage(
  { locale, strings, brand, assets, nonce }: PageContext,
  { title, body }: PageParts,
): Page {
  const { name = '', logoUrl } = brand;
  const logo =
    logoUrl === undefined
      ? name !== '' &&
        html`<p class="name"><span class="mark" aria-hidden="true">${initialOf(name)}</span>${name}</p>`
      : html`<img class="logo" src="${logoUrl}" alt="${name}">`;
  const page = html`<!doctype html>
<html lang="${locale}" dir="${strings.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}" nonce="${nonce}">
<script src="${assets.script}" nonce="${nonce}" defer></script>
</head>
<body>
<header>${logo}</header>
<main>
${body}
</main>
</body>
</html>
`;
  return { markup: page.markup, nonce };
}

/** The first letter as people see it: of `Éclair`, É, however it is encoded. */
function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return (first?.segment ?? '').toUpperCase();
}

/** "Sign in", with the name of the application where it has one. */
export function titleOf({ strings, brand }: PageContext): string {
  const { signIn, signInTo } = strings.page;
  return brand.name === undefined ? signIn : fillString(signInTo, { app: brand.name });
}

/** An address or number: it runs from left to right whatever stands round it. */
export function isolate(text: string): Html {
  return html`<bdi dir="ltr">${text}</bdi>`;
}
