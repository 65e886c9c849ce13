import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { startNginx } from '../helpers/nginx.js';
import { createSiteTokens, describeProxies, useSite } from '../helpers/proxied-site.js';
import { bearer } from '../helpers/proxy-client.js';
import { grant } from '../helpers/tokens.js';

const tokens = createSiteTokens();
const site = useSite();

describeProxies('', site, (askSite) => {
  test('60 KiB of headers pass', async () => {
    const { accessToken } = await tokens.issue(grant);
    const filler = ['A', 'B'].map((name) => [`X-${name}`, name.repeat(30 * 1024)] as const);
    const { status, reached } = await askSite({ headers: [...filler, bearer(accessToken)] });
    assert.deepEqual([status, reached], [200, 1]);
  });
});

// Attack: have the gate answer what nginx does not know, and be let in by mistake.
test('what nginx does not expect of the gate is a 500, and the application hears nothing of it', async (t) => {
  const { accessToken } = await tokens.issue(grant);
  const large = Array.from(
    { length: 41 },
    (_, index) => `proxy_set_header X-${index} '${'a'.repeat(2000)}';`,
  );
  for (const added of ["proxy_set_header Expect 'the unexpected';", large.join('\n')]) {
    const { socketPath, stop } = await startNginx(`
      location / { auth_request /gate; proxy_pass http://127.0.0.1:${site.app.port}; }
      location = /gate {
        internal;
        proxy_pass ${site.service.url}/authz/auth-request;
        proxy_http_version 1.1;
        ${added}
      }`);
    t.after(stop);
    const already = site.app.received.length;
    const status = await new Promise((resolve, reject) => {
      const headers = { Host: 'app.example.com', Authorization: `Bearer ${accessToken}` };
      request({ socketPath, path: '/', headers, agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });
    assert.deepEqual([status, site.app.received.length - already], [500, 0]);
  }
});
