import { html } from 'hono/html';
import { canonicalise } from '../core/identity.js';
import { isLoopbackHost } from '../core/loopback.js';
import type { Message } from '../ports.js';
import { securityHeaders } from './reply.js';
import { respondJson } from './respond.js';

type InboxMessage = Message & { receivedAt: string };

/** What the page reads; `stateless-otp/transports/inbox` makes one. */
export interface InboxReader {
  list(identity?: string): readonly InboxMessage[];
}

const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'";
const refreshSeconds = 2;

/**
 * Shows the inbox under hosts that mean this machine or the service, and no other: the page of a name that somebody
 * points to 127.0.0.1 (DNS rebinding) could read it.
 */
export function guardInbox(
  publicUrl: string | undefined,
  request: Request,
  respond: () => Response,
): Response {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  const hostname = readHostname(`http://${host}`);
  if (hostname !== null) {
    const isPublic = publicUrl !== undefined && hostname === readHostname(publicUrl);
    if (isPublic || isLoopbackHost(hostname)) return respond();
  }
  return new Response('The development inbox is shown under localhost and the host of PUBLIC_URL only.\n', {
    status: 403,
    headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

function readHostname(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/** `GET /dev/inbox.json?identity=`: the last messages, newest first, for end-to-end tests. */
export function respondInboxJson(inbox: InboxReader, identity: string | undefined): Response {
  const canonical = !identity ? undefined : (canonicalise(identity)?.value ?? identity);
  return respondJson(200, { messages: inbox.list(canonical) });
}

/** `GET /dev/inbox`: the last messages as people would see them. Nothing in a message can run or load anything. */
export function respondInboxPage(inbox: InboxReader): Response {
  const messages = inbox.list().map(formatMessage);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>Development inbox</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
  article { border: 1px solid; border-radius: 8px; padding: 1rem; margin: 1rem 0; }
  h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  iframe { width: 100%; height: 24rem; border: 1px solid; }
</style>
</head>
<body>
<main>
<h1>Development inbox</h1>
${messages.length > 0 ? messages : html`<p>No messages yet. Request a code, and it appears here.</p>`}
</main>
</body>
</html>
`;
  return new Response(String(page), {
    headers: {
      ...securityHeaders,
      'Content-Security-Policy': contentSecurityPolicy,
      'Content-Type': 'text/html; charset=utf-8',
    },
  });
}

function formatMessage({ to, channel, receivedAt, locale, subject, text, html: body }: InboxMessage) {
  const frame = html`<iframe sandbox="" title="HTML part of the message to ${to}" srcdoc="${body ?? ''}"></iframe>`;
  return html`<article lang="${locale}">
<h2>${to}</h2>
<p>${channel}, <time>${receivedAt}</time>${channel === 'email' ? `, ${subject}` : ''}</p>
<pre>${text}</pre>
${body === undefined ? '' : frame}
</article>`;
}
