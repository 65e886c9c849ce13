import { type Html, html } from '../html.js';
import { type HttpReply, securityHeaders } from './reply.js';

/**
 * A page for developers. It loads nothing, and runs no script but the one that is named.
 *
 * @param head further elements of the head
 * @param scriptSource the one script that may run, as a source of `script-src`; it may fetch from this host
 */
export function replyDeveloperPage(
  title: string,
  body: Html,
  { head = html``, scriptSource }: { head?: Html; scriptSource?: string } = {},
): HttpReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; background: light-dark(#f4f5f7, #101215); color: light-dark(#14171c, #e6e9ed); }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  a { color: light-dark(#2357d9, #7fa4ff); }
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
  const script =
    scriptSource === undefined ? '' : `; script-src ${scriptSource}; connect-src 'self'; form-action 'self'`;
  const headers = {
    ...securityHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'${script}`,
  };
  return { status: 200, headers, body: page.markup };
}
