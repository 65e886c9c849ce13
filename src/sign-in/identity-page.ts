import { type Html, html } from '../html.js';
import { type NamedCountry, nameCountries } from './countries.js';
import { type Page, type PageContext, renderPage, titleOf } from './layout.js';
import { isError, type Notice, renderNotice } from './notice.js';
import { paths } from './paths.js';

/** What kinds of identity can be reached. */
export type Reach = 'email' | 'phone' | 'emailOrPhone';

export interface IdentityPageInput {
  reach: Reach;
  /** What was typed before. */
  typed: string;
  /** Show the countries, with this one chosen. */
  country: string | null | undefined;
  returnTo: string | null;
  /** Whether this page comes again because the cookies of the browser were missed. */
  isRetry: boolean;
  /** Protects the form. */
  token: string;
  notice: Notice | null;
  now: number;
}

/** In the form or the address of a first step that is sent again: cookies missing now have not been kept. */
export const retryField = 'again';

const fields = {
  email: { type: 'email', inputmode: 'email', autocomplete: 'email' },
  phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel' },
  emailOrPhone: { type: 'text', inputmode: 'email', autocomplete: 'username' },
} as const;

/** The first step: whom to send a code to. */
export function renderIdentityPage(context: PageContext, input: IdentityPageInput): Page {
  const { page } = context.strings;
  // Browsers refuse an address with what was pasted around it, which the service reads: they are not asked.
  const { type, inputmode, autocomplete } = fields[input.reach];
  const hasError = isError(input.notice);
  const field = html`<input id="identity" name="identity" type="${type}" inputmode="${inputmode}" autocomplete="${autocomplete}" dir="ltr" value="${input.typed}" maxlength="320" required autofocus autocapitalize="none" spellcheck="false" enterkeyhint="next" aria-describedby="notice hint"${hasError && html` aria-invalid="true"`}>`;
  const title = titleOf(context);
  return renderPage(context, {
    title,
    body: html`<h1>${title}</h1>
<form method="post" action="${paths.signIn}" data-once${type === 'email' && html` novalidate`}>
<input type="hidden" name="token" value="${input.token}">
${input.returnTo !== null && html`<input type="hidden" name="rd" value="${input.returnTo}">`}
${input.isRetry && html`<input type="hidden" name="${retryField}" value="1">`}
${renderNotice(context, input.notice, input.now)}
<label for="identity">${page[input.reach]}</label>
${field}
${input.reach !== 'email' && renderCountries(context, input.country)}
<p id="hint" class="hint">${page.hint}</p>
<button class="primary">${page.continue}</button>
</form>`,
  });
}

/** Without a country the script fetches the list when what is typed looks like a number. */
function renderCountries({ locale, strings }: PageContext, country: string | null | undefined): Html {
  const isShown = country !== undefined;
  const list: NamedCountry[] = isShown ? nameCountries(locale) : [];
  const options = list.map(
    ({ country: value, label }) =>
      html`<option value="${value}"${value === country && html` selected`}>${label}</option>`,
  );
  return html`<div id="countries" data-from="${paths.countries}"${!isShown && html` hidden`}>
<label for="country">${strings.page.country}</label>
<select id="country" name="country" autocomplete="country"${!isShown && html` disabled`}>${country === null && html`<option value=""></option>`}${options}</select>
</div>`;
}
