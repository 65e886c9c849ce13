import type { Channel } from '../core/policy.js';
import { fillHtml, type Html, html } from '../html.js';
import { findHelp } from './brand-links.js';
import type { PageContext } from './page-context.js';

/** What a person can do when no message has arrived, the likeliest cause first. */
export function renderHelp({ strings: { page }, brand }: PageContext, channel: Channel): Html {
  const isEmail = channel === 'email';
  const help = findHelp(brand.links ?? []);
  return html`<details class="help">
<summary>${page.noMessage}</summary>
<ul>
<li>${page.invalidIdentity}</li>
${isEmail && html`<li>${page.inSpam}</li>`}
${isEmail && brand.name !== undefined && html`<li>${fillHtml(page.fromSender, { sender: html`<bdi>${brand.name}</bdi>` })}</li>`}
${help !== undefined && html`<li><a href="${help}">${page.help}</a></li>`}
</ul>
</details>`;
}
