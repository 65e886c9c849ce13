import { readFile } from 'node:fs/promises';
import { OtpError } from '../errors.js';
import { securityHeaders } from './reply.js';

/** Filled by the build; the same place seen from `src/http` and from `dist/http`. */
const assets = new URL('../../dist/swagger-ui/', import.meta.url);

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI writes style attributes; no script can be smuggled in by those.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>stateless-otp API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', domNode: document.getElementById('swagger-ui'), validatorUrl: null });
`;

/** Swagger UI at `/docs`: everything it needs is served from here. */
export const docsFiles: Record<string, { type: string; read(): Promise<string> }> = {
  '/docs': { type: 'text/html', read: async () => page },
  '/docs/start.js': { type: 'text/javascript', read: async () => start },
  '/docs/swagger-ui.css': { type: 'text/css', read: () => readAsset('swagger-ui.css') },
  '/docs/swagger-ui-bundle.js': { type: 'text/javascript', read: () => readAsset('swagger-ui-bundle.js') },
};

/** @throws OtpError `not_found` when the build has not copied Swagger UI */
export async function respondDocs(path: string): Promise<Response> {
  const file = docsFiles[path];
  if (!file) throw new OtpError('not_found', 'There is no such page');
  return new Response(await file.read(), {
    headers: {
      ...securityHeaders,
      'Content-Security-Policy': contentSecurityPolicy,
      'Content-Type': `${file.type}; charset=utf-8`,
    },
  });
}

async function readAsset(name: string): Promise<string> {
  try {
    return await readFile(new URL(name, assets), 'utf8');
  } catch (cause) {
    throw new OtpError('not_found', 'Swagger UI is not there: run npm run build', { cause });
  }
}
