import { type Html, html } from '../html.js';
import type { Assets } from './assets.js';
import type { PageContext } from './page-context.js';
import type { AskedCheck } from './state.js';

export const turnstileOrigin = 'https://challenges.cloudflare.com';
/** Loaded so that it renders nothing until our script asks it to. */
export const turnstileScript = `${turnstileOrigin}/turnstile/v0/api.js?render=explicit`;

const field = 'human_check';

/** The fields that the script solves, in the form that it then sends again. Without scripts, the notice says how long to wait. */
export function renderCheck(
  { strings, at }: PageContext,
  check: AskedCheck | null,
  { solver }: ReturnType<Assets['urls']>,
): Html | null {
  if (check === null) return null;
  const { asked, channel } = check;
  const task =
    asked.provider === 'altcha'
      ? html`data-puzzle="${JSON.stringify(asked.challenge)}" data-solver="${at(solver)}"`
      : html`data-site-key="${asked.siteKey}"`;
  return html`<input type="hidden" name="${field}" value="" ${task} data-text="${strings.page.checking}">
${channel !== undefined && html`<input type="hidden" name="channel" value="${channel}">`}
${asked.provider === 'turnstile' && html`<div id="turnstile"></div>`}`;
}

export function findSolution(form: URLSearchParams): string | undefined {
  return form.get(field) || undefined;
}
