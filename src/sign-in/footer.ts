import { remember } from '../fast/recent.js';
import { type Html, html } from '../html.js';
import { type Locale, locales } from '../messages/catalogue.js';
import { labelLinks } from './brand-links.js';
import type { PageContext } from './page-context.js';
import { paths } from './paths.js';

/** What a language calls itself. On first use: naming them all would take 1 % of a start. */
const nameOf = remember(locales.length, (locale: Locale) => {
  const name = new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
});

/** The links of the operator, and the languages. */
export function renderFooter({ locale, strings, brand, at, here }: PageContext): Html {
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
