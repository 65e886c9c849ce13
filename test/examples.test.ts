import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createSessionCookie } from '../src/http/session-cookie.js';
import { root } from './helpers/process.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Router {
  rule: string;
  middlewares?: string[];
  service: string;
}

interface Dynamic {
  http: {
    routers: Record<string, Router>;
    middlewares: {
      'drop-forged': { headers: { customRequestHeaders: Record<string, string> } };
      'ask-otp': {
        forwardAuth: {
          address: string;
          trustForwardHeader: boolean;
          authRequestHeaders: string[];
          authResponseHeaders: string[];
          authResponseHeadersRegex: string;
          addAuthCookiesToResponse: string[];
          preserveLocationHeader: boolean;
        };
      };
    };
    services: Record<string, unknown>;
  };
}

const traefik = parse(read('examples/traefik/dynamic.yml'), { strict: true }) as Dynamic;

/** Every path through the keys of a document; names that its author chose are `*`, entries of a list `[]`. */
function listFields(value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => listFields(entry, `${at}[]`));
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [at];
  const isChosen = /^http\.(routers|middlewares|services)$|customRequestHeaders$/.test(at);
  return Object.entries(value).flatMap(([key, member]) =>
    listFields(member, `${at}${at && '.'}${isChosen ? '*' : key}`),
  );
}

// Traefik 3.3: routing configuration, HTTP middlewares "ForwardAuth" and "Headers", reference of the file provider.
const documented = [
  'http.routers.*.entryPoints[]',
  'http.routers.*.middlewares[]',
  'http.routers.*.rule',
  'http.routers.*.service',
  'http.routers.*.tls',
  'http.middlewares.*.forwardAuth.addAuthCookiesToResponse[]',
  'http.middlewares.*.forwardAuth.address',
  'http.middlewares.*.forwardAuth.authRequestHeaders[]',
  'http.middlewares.*.forwardAuth.authResponseHeaders[]',
  'http.middlewares.*.forwardAuth.authResponseHeadersRegex',
  'http.middlewares.*.forwardAuth.preserveLocationHeader',
  'http.middlewares.*.forwardAuth.trustForwardHeader',
  'http.middlewares.*.headers.customRequestHeaders.*',
  'http.services.*.loadBalancer.servers[].url',
];

test('the example for Traefik has no field but documented ones', () => {
  const fields = new Set(listFields(traefik, ''));
  assert.deepEqual([...fields].sort(), [...documented].sort());
  for (const { service, middlewares = [] } of Object.values(traefik.http.routers)) {
    assert.ok(service in traefik.http.services, service);
    for (const name of middlewares) assert.ok(name in traefik.http.middlewares, name);
  }
});

// Attack: send the headers that the application believes, or tell the gate of another request than this one.
test('in the example for Traefik forged headers are dropped first, and the gate believes no client', () => {
  const { 'drop-forged': drop, 'ask-otp': ask } = traefik.http.middlewares;
  const { app, 'sign-in': signIn } = traefik.http.routers;
  assert.deepEqual(app?.middlewares, ['drop-forged', 'ask-otp']);
  assert.equal(signIn?.middlewares, undefined);
  assert.ok((signIn?.rule.length ?? 0) > (app?.rule.length ?? 0), 'the longer rule is tried first');
  for (const name of ['Remote-User', 'Remote-Email', 'Remote-Phone']) {
    for (const spelling of [name, name.replace('-', '_')]) {
      assert.equal(drop.headers.customRequestHeaders[spelling], '', spelling);
    }
    assert.ok(ask.forwardAuth.authResponseHeaders.includes(name), name);
  }
  const [, pattern = ''] = /^\(\?i\)(.+)$/.exec(ask.forwardAuth.authResponseHeadersRegex) ?? [];
  for (const name of ['Remote-Groups', 'remote-name', 'Remote_User', 'REMOTE.ROLES', 'Remote-Anything']) {
    assert.match(name, new RegExp(pattern, 'i'));
  }
  assert.equal(ask.forwardAuth.trustForwardHeader, false);
  assert.equal(ask.forwardAuth.preserveLocationHeader, true);
  assert.deepEqual(ask.forwardAuth.authRequestHeaders, ['Accept', 'Authorization', 'Cookie', 'Origin']);
  const { name } = createSessionCookie({ isInsecure: false });
  assert.deepEqual(ask.forwardAuth.addAuthCookiesToResponse, [name]);
});

test('every example asks a route that there is, and its README says what to set', () => {
  const { paths } = JSON.parse(read('spec/openapi.json')) as { paths: Record<string, unknown> };
  for (const folder of ['caddy', 'nginx', 'traefik']) {
    const files = readdirSync(join(root, 'examples', folder)).filter((name) => name !== 'README.md');
    assert.equal(files.length, 1);
    const routes = read(join('examples', folder, files[0] ?? '')).match(/\/authz\/[a-z-]+/g) ?? [];
    assert.ok(routes.length > 0, folder);
    for (const route of routes) assert.ok(route in paths, route);
    assert.match(read(`examples/${folder}/README.md`), /TRUSTED_PROXIES/);
  }
});
