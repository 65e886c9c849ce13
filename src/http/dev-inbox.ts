import { createHash } from 'node:crypto';
import { canonicalise } from '../core/identity.js';
import { isLoopbackHost } from '../core/loopback.js';
import { html } from '../html.js';
import type { Message } from '../ports.js';
import { replyDeveloperPage } from './developer-page.js';
import { findHostname } from './host.js';
import { type HttpReply, replyJson, replyText } from './reply.js';
import type { HttpRequest } from './request.js';
import type { Route } from './route.js';

type InboxMessage = Message & { receivedAt: string };

/** What the page reads; `stateless-otp/transports/inbox` makes one. */
export interface InboxReader {
  list(identity?: string): readonly InboxMessage[];
}

/** `/dev/inbox` and `/dev/inbox.json`: the messages of the inbox, for development. */
export function createInboxRoutes(
  inbox: InboxReader,
  { publicUrl, hasSignInPage }: { publicUrl: string | undefined; hasSignInPage: boolean },
): Route[] {
  const guarded = (path: string, answer: (request: HttpRequest) => HttpReply): Route => ({
    method: 'GET',
    path,
    access: ['open'],
    answer: (request) => (isShownUnder(request.host, publicUrl) ? answer(request) : refuseHost()),
  });
  return [
    guarded('/dev/inbox', ({ query }) =>
      replyPage(inbox, new URLSearchParams(query).get('filter'), hasSignInPage),
    ),
    guarded('/dev/inbox.json', ({ query }) =>
      replyMessages(inbox, new URLSearchParams(query).get('identity')),
    ),
  ];
}

/**
 * Whether this host means this machine or the service. Otherwise a page whose name resolves to 127.0.0.1 (DNS rebinding)
 * could read the inbox.
 */
function isShownUnder(host: string, publicUrl: string | undefined): boolean {
  const hostname = findHostname(host);
  if (hostname === null) return false;
  return isLoopbackHost(hostname) || (publicUrl !== undefined && hostname === new URL(publicUrl).hostname);
}

function refuseHost(): HttpReply {
  return replyText(403, 'The development inbox is shown under localhost and the host of PUBLIC_URL only.\n');
}

/** The last messages, newest first, for end-to-end tests. */
function replyMessages(inbox: InboxReader, identity: string | null): HttpReply {
  const canonical = !identity ? undefined : (canonicalise(identity)?.value ?? identity);
  return replyJson(200, { messages: inbox.list(canonical) });
}

/** The last messages as recipients see them. Their content cannot run or load anything. */
function replyPage(inbox: InboxReader, wanted: string | null, hasSignInPage: boolean): HttpReply {
  const messages = inbox.list().map(formatMessage);
  const head = html`<style>
  h1 { margin-bottom: 0.5rem; }
  form { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
  label { flex: 1 1 14rem; min-width: 0; display: flex; align-items: center; gap: 0.5rem; }
  input { flex: 1; min-width: 0; font: inherit; padding: 0.375rem 0.625rem; }
  article { border: 1px solid light-dark(#d8dce2, #3a3f46); border-radius: 0.625rem; padding: 1rem; margin: 1rem 0; background: light-dark(#fff, #1b1d21); }
  h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
  p { margin: 0.25rem 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  button { font: inherit; font-weight: 600; padding: 0.25rem 0.75rem; cursor: pointer; }
  iframe { width: 100%; height: 24rem; border: 1px solid light-dark(#d8dce2, #3a3f46); border-radius: 0.375rem; background: #fff; }
</style>`;
  const none = html`<p id="none">No messages yet. Request a code, and it appears here.</p>`;
  const body = html`<form method="get">
<label>Filter <input id="filter" name="filter" type="search" value="${wanted ?? ''}" autocomplete="off" spellcheck="false"></label>
${hasSignInPage && html`<a href="../sign-in">Sign-in page</a>`}
</form>
${messages.length === 0 && none}
<div id="messages" role="log" aria-label="Messages">${messages}</div>
<script>${inboxScript}</script>`;
  return replyDeveloperPage('Development inbox', body, { head, scriptSource: inboxScriptSource });
}

function formatMessage(message: InboxMessage) {
  const { id, to, channel, code, receivedAt, locale, subject, text, html: body } = message;
  const frame = html`<iframe sandbox="" title="HTML part of the message to ${to}" srcdoc="${body ?? ''}"></iframe>`;
  return html`<article id="message-${id}" lang="${locale}">
<h2>${to}</h2>
<p>${channel}, <time>${receivedAt}</time>${channel === 'email' ? `, ${subject}` : ''}</p>
<p><button type="button" lang="en" data-code="${code}">Copy ${code}</button></p>
<pre dir="auto">${text}</pre>
${body !== undefined && frame}
</article>`;
}

/**
 * The script of the development inbox. It fetches the page again and inserts only the new messages, so that a selection in the
 * others survives.
 */
const inboxScript = html`'use strict';
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
const inboxScriptSource = `'sha256-${createHash('sha256').update(inboxScript.markup).digest('base64')}'`;
