import { OtpError } from '../errors.js';
import { loadFileSystem } from '../files.js';
import type { Route } from './route.js';
import { createStaticFile, type StaticFileOptions } from './static-files.js';

/** Filled by the build; the same folder from `src/http` as from `dist/http`. */
const assets = '../../dist/swagger-ui/';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI writes style attributes, which cannot run a script.
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
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: 'openapi.json', domNode: document.getElementById('swagger-ui'), validatorUrl: null });
`;

/** Swagger UI at `/docs`, without external resources. */
export function createDocsRoutes(): Route[] {
  const serve = (path: string, type: string, read: StaticFileOptions['read']): Route => ({
    method: 'GET',
    path,
    access: ['open'],
    answer: createStaticFile({ type, read, headers: { 'Content-Security-Policy': contentSecurityPolicy } }),
  });
  return [
    serve('/docs', 'text/html', () => page),
    serve('/docs/start.js', 'text/javascript', () => start),
    serve('/docs/swagger-ui.css', 'text/css', () => readAsset('swagger-ui.css')),
    serve('/docs/swagger-ui-bundle.js', 'text/javascript', () => readAsset('swagger-ui-bundle.js')),
  ];
}

/** @throws OtpError `not_found` when the build has not copied Swagger UI */
async function readAsset(name: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await loadFileSystem().promises.readFile(new URL(assets + name, import.meta.url));
  } catch (cause) {
    throw new OtpError('not_found', 'Swagger UI is not there: run npm run build', { cause });
  }
}
