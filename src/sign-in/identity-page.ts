import { maxInputLength, parseIdentity } from '../core/identity.js';
import { type Html, html } from '../html.js';
import type { HttpReply } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import type { Route } from '../http/route.js';
import { findSolution, renderCheck } from './check.js';
import { isSameOrigin } from './form-tokens.js';
import type { Stray, Submission } from './forms.js';
import { type Page, titleOf } from './layout.js';
import { looksNational, withPlus } from './national.js';
import { isError, renderLine } from './notice.js';
import { goTo, type Outcome, say } from './outcome.js';
import type { PageContext } from './page-context.js';
import type { PageParts, Parts } from './parts.js';
import { paths } from './paths.js';
import type { PageHow } from './replies.js';
import { showSignedIn } from './signed-in-page.js';
import { findCheck, findNotice, forgetStep, isPending, putFirst, type SignInState } from './state.js';

/**
 * Marks a first step that the browser was asked to send again. If its cookies are still missing then, the browser keeps
 * none.
 */
const retryField = 'again';

const fields = {
  email: { type: 'email', inputmode: 'email', autocomplete: 'email' },
  phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel' },
  emailOrPhone: { type: 'text', inputmode: 'email', autocomplete: 'username' },
} as const;

type IdentityParts = PageParts &
  Pick<Parts, 'assets' | 'clock' | 'defaultCountry' | 'findCountry' | 'nameCountries' | 'reach'>;

/** The first step, at `/sign-in`: it asks for an address or number, and sends a code there. */
export function createIdentityRoutes(parts: IdentityParts): Route[] {
  const { reach, findSignedIn, flow, replies, stateCookie, targets, clock } = parts;

  async function show(request: HttpRequest): Promise<HttpReply> {
    const query = new URLSearchParams(request.query);
    const returnTo = targets.parse(query.get('rd'));
    const identity = await findSignedIn(request);
    if (identity !== null) return showSignedIn(parts, request, identity, returnTo ?? targets.home);
    const { state, cookies } = stateCookie.findOrBegin(request);
    const edited = state.flows.find(({ id }) => id === query.get('flow'))?.identity;
    return showForm(request, state, { returnTo, edited, cookies });
  }

  function showForm(
    request: HttpRequest,
    state: SignInState,
    how: PageHow & { returnTo: string | null; edited?: string | undefined; isRetry?: boolean },
  ): HttpReply {
    const { returnTo, edited = '', isRetry = false } = how;
    const token = parts.formTokens.create(state.browser);
    const notice = findNotice(state, 'identity');
    const check = findCheck(state, 'identity');
    // What was typed is shown again only with what was wrong with it.
    const typed = notice ? (state.typed ?? '') : edited;
    const country = notice ? state.country : undefined;
    const { type, inputmode, autocomplete } = fields[reach];
    const render = (context: PageContext): Page => {
      const { page } = context.strings;
      // `novalidate`: browsers reject an address with text pasted around it, which the service accepts.
      const body = html`<form method="post" action="${context.at(paths.signIn)}" data-once${type === 'email' && html` novalidate`}>
<input type="hidden" name="token" value="${token}">
${returnTo !== null && html`<input type="hidden" name="rd" value="${returnTo}">`}
${isRetry && html`<input type="hidden" name="${retryField}" value="1">`}
${renderCheck(context, check, parts.assets.urls())}
<label for="identity">${page[reach]}</label>
<input id="identity" name="identity" type="${type}" inputmode="${inputmode}" autocomplete="${autocomplete}" dir="ltr" value="${typed}" maxlength="${maxInputLength}" required autofocus autocapitalize="none" spellcheck="false" enterkeyhint="next" aria-describedby="notice hint"${isError(notice) && html` aria-invalid="true"`}>
${reach !== 'email' && renderCountries(parts, context, country)}
${renderLine(context, notice, page.hint)}
<button class="primary">${page.continue}</button>
</form>`;
      return { title: titleOf(context), body };
    };
    return replies.page(request, render, { ...how, checkedBy: check?.asked.provider });
  }

  async function submit({ request, form, state, asker }: Submission): Promise<Outcome> {
    const location = await findWayOn(request, form);
    if (location !== null) return { location };
    const { typed, country, rd } = parseFields(form);
    const returnTo = targets.parse(rd);
    const retry = { ...state, returnTo, typed: typed.slice(0, maxInputLength), country };
    const identity = parseTyped(typed, country);
    if (identity === 'ambiguous' || (identity === null && looksNational(typed))) {
      const offered = parts.findCountry(request, country);
      return say({ kind: 'chooseCountry' }, 'identity', { ...retry, country: offered ?? null });
    }
    if (identity === null) return say({ kind: 'invalidIdentity' }, 'identity', retry);
    const sent = state.flows.find((one) => one.identity === identity.value && isPending(one, clock()));
    // Asked for again, in this tab or another: the code that was sent is still valid.
    if (sent) return goTo('code', putFirst(forgetStep(state), { ...sent, returnTo }));
    return flow.begin(retry, identity.value, findSolution(form), asker);
  }

  /** A form needs no token if the browser itself says that it comes from a page of this origin. */
  async function receiveStray({ request, form, state }: Stray) {
    const wayOn = await findWayOn(request, form);
    if (wayOn !== null) return { reply: replies.seeOther(request, wayOn) };
    const fresh = state ?? stateCookie.begin();
    const keepsCookies = stateCookie.isSent(request) || (await findSignedIn(request)) !== null;
    const isRetry = form.has(retryField) || new URLSearchParams(request.query).has(retryField);
    const cookies = state ? [] : [stateCookie.write(fresh)];
    if (isSameOrigin(request)) {
      if (keepsCookies) return { state: fresh };
      // A browser that keeps cookies will have this one when it sends the form again.
      if (!isRetry) return { reply: replies.sendAgain(request, `${paths.signIn}?${retryField}`, cookies) };
    }
    const kind = isRetry && !keepsCookies ? 'cookiesNeeded' : 'outdated';
    const notice = { kind, step: 'identity' } as const;
    const { typed, country, rd } = parseFields(form);
    const how = { returnTo: targets.parse(rd), isRetry: !keepsCookies, status: state ? 403 : 400, cookies };
    return { reply: showForm(request, { ...fresh, typed, country, notice }, how) };
  }

  /** Where the form leads immediately, when the person is already signed in. */
  async function findWayOn(request: HttpRequest, form: URLSearchParams): Promise<string | null> {
    const { typed, country, rd } = parseFields(form);
    const signedIn = await findSignedIn(request);
    const identity = parseTyped(typed, country);
    if (signedIn === null || identity === null || identity === 'ambiguous') return null;
    return identity.value === signedIn ? (targets.parse(rd) ?? targets.home ?? paths.signIn) : null;
  }

  /** A number that begins with a country code names its own country; for any other, the given country counts. */
  const parseTyped = (typed: string, country = parts.defaultCountry) =>
    parseIdentity(typed, { defaultCountry: country }) ?? parseIdentity(withPlus(typed));

  return [
    { method: 'GET', path: paths.signIn, access: ['open'], answer: show },
    parts.acceptForm({ path: paths.signIn, submit, receiveStray }),
  ];
}

function parseFields(form: URLSearchParams) {
  const country = form.get('country');
  return {
    typed: form.get('identity') ?? '',
    country: country !== null && /^[A-Z]{2}$/.test(country) ? country : undefined,
    rd: form.get('rd'),
  };
}

/** Hidden until a country is asked for; the script fetches the list when what is typed looks like a number. */
function renderCountries(
  { nameCountries }: Pick<Parts, 'nameCountries'>,
  { locale, strings, at }: PageContext,
  chosen: string | null | undefined,
): Html {
  const isShown = chosen !== undefined;
  const options = (isShown ? nameCountries(locale) : []).map(
    ({ country, label }) =>
      html`<option value="${country}"${country === chosen && html` selected`}>${label}</option>`,
  );
  return html`<div id="countries" data-from="${at(paths.countries)}"${!isShown && html` hidden`}>
<label for="country">${strings.page.country}</label>
<select id="country" name="country" autocomplete="country"${!isShown && html` disabled`}>${chosen === null && html`<option value=""></option>`}${options}</select>
</div>`;
}
