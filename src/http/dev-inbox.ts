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

const refreshSeconds = 2;

/** `/dev/inbox` and `/dev/inbox.json`: the messages of the inbox, for development. */
export function createInboxRoutes(inbox: InboxReader, publicUrl: string | undefined): Route[] {
  const guarded = (path: string, answer: (request: HttpRequest) => HttpReply): Route => ({
    method: 'GET',
    path,
    access: ['open'],
    answer: (request) => (isShownUnder(request.host, publicUrl) ? answer(request) : refuseHost()),
  });
  return [
    guarded('/dev/inbox', () => replyPage(inbox)),
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
function replyPage(inbox: InboxReader): HttpReply {
  const messages = inbox.list().map(formatMessage);
  const head = html`<meta http-equiv="refresh" content="${refreshSeconds}">
<style>
  article { border: 1px solid; border-radius: 8px; padding: 1rem; margin: 1rem 0; }
  h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  iframe { width: 100%; height: 24rem; border: 1px solid; }
</style>`;
  const none = html`<p>No messages yet. Request a code, and it appears here.</p>`;
  return replyDeveloperPage('Development inbox', html`${messages.length > 0 ? messages : none}`, head);
}

function formatMessage({ to, channel, receivedAt, locale, subject, text, html: body }: InboxMessage) {
  const frame = html`<iframe sandbox="" title="HTML part of the message to ${to}" srcdoc="${body ?? ''}"></iframe>`;
  return html`<article lang="${locale}">
<h2>${to}</h2>
<p>${channel}, <time>${receivedAt}</time>${channel === 'email' ? `, ${subject}` : ''}</p>
<pre>${text}</pre>
${body !== undefined && frame}
</article>`;
}
