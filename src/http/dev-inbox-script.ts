import { createHash } from 'node:crypto';
import { html } from '../html.js';

/**
 * The script of the development inbox. It fetches the page again and inserts only the new messages, so that a selection in the
 * others survives.
 */
export const inboxScript = html`'use strict';
const list = document.querySelector('#messages');
const filter = document.querySelector('#filter');
const show = () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const one of list.children) one.hidden = !one.textContent.toLowerCase().includes(wanted);
};
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = [...page.querySelectorAll('#messages > article')].filter(({ id }) => !document.getElementById(id));
  if (fresh.length === 0) return;
  document.querySelector('#none')?.remove();
  list.prepend(...fresh.map((one) => document.adoptNode(one)));
  show();
};
const copy = async (button) => {
  const { code } = button.dataset;
  await navigator.clipboard.writeText(code);
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = 'Copy ' + code; }, 1500);
};
list.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-code]');
  if (button) copy(button).catch(() => getSelection().selectAllChildren(button));
});
filter.addEventListener('input', show);
filter.form.addEventListener('submit', (event) => event.preventDefault());
setInterval(() => look().catch(() => {}), 2000);
document.addEventListener('visibilitychange', () => look().catch(() => {}));
show();
`;

/** For a policy that allows this script and no other. */
export const inboxScriptSource = `'sha256-${createHash('sha256').update(inboxScript.markup).digest('base64')}'`;
