import { type Html, html } from '../html.js';
import { type HttpReply, securityHeaders } from './reply.js';

/**
 * A page for developers. It loads and runs nothing.
 *
 * @param head further elements of the head
 */
export function replyDeveloperPage(title: string, body: Html, head: Html = html``): HttpReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
</style>
${head}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  const headers = {
    ...securityHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'",
  };
  return { status: 200, headers, body: page.markup };
}
