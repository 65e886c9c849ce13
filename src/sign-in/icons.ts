import { type Html, html } from '../html.js';
import { type Brand, chooseOnBrand, defaultColor } from './brand.js';

/** The icon of the browser's tab: the logo, or the first letter of the name on the brand colour. */
export function findTabIcon({ name = '', logoUrl, color = defaultColor }: Brand): string {
  if (logoUrl !== undefined) return logoUrl;
  const letter = initialOf(name) || '✱';
  const { markup } =
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${color}"/><text x="16" y="22.5" font-family="system-ui,sans-serif" font-size="19" font-weight="700" text-anchor="middle" fill="${chooseOnBrand(color)}">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(markup)}`;
}

/** The logo, or the first letter of the name. */
export function renderMark({ name = '', logoUrl }: Brand): Html | null {
  if (logoUrl !== undefined) return html`<img class="logo" src="${logoUrl}" alt="${name}">`;
  return name === '' ? null : html`<span class="mark" aria-hidden="true">${initialOf(name)}</span>`;
}

/** The first letter as people see it: É for `Éclair`, however it is encoded. */
function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name);
  return (first?.segment ?? '').toUpperCase();
}

export const tick: Html = html`<svg class="tick" viewBox="0 0 24 24" width="1em" height="1em" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="m7 12.5 3.4 3.4L17 9" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
