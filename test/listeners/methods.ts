import { ask, type Case, check } from './requests.js';

const refused = (allow: string) => ({ status: 405, headers: { allow } });
/** The router of Fastify does not know these methods. */
const unknownToFastify = new Set(['PROPFIND', 'M-SEARCH', 'PURGE', 'QUERY']);

function exceptMethod(method: string): NonNullable<Case['except']> {
  const isExported = ['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method);
  return {
    ...(isExported ? {} : { next: 405 }),
    // RFC 10008 §2: a QUERY without a Content-Type is malformed.
    ...(unknownToFastify.has(method) ? { fastify: method === 'QUERY' ? 400 : 404 } : {}),
  };
}

const methodsOf: Record<string, string | null> = {
  '/livez': 'GET',
  '/docs': 'GET',
  '/.well-known/jwks.json': 'GET',
  '/sign-in': 'GET, POST',
  [check]: 'POST, GET',
  '/api/v1/otp/request': 'POST',
  '/oauth/introspect': 'POST',
  '/nowhere': null,
  '/': null,
};
const otherMethods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'M-SEARCH', 'PURGE', 'QUERY'];

export const methods: Case[] = Object.entries(methodsOf).flatMap(([path, allow]) =>
  [path, `${path}?`].flatMap((target) => [
    ...otherMethods.map((method) => ({
      send: ask(method, target),
      expect: allow === null ? 404 : refused(allow),
      except: exceptMethod(method),
    })),
    ...(allow === 'POST' ? ['GET', 'HEAD'] : []).map((method) => ({
      send: ask(method, target),
      expect: refused('POST'),
    })),
    ...(allow === 'GET' ? [{ send: ask('POST', target), expect: refused('GET') }] : []),
    ...(allow?.includes('GET') && path !== check ? ['GET', 'HEAD'] : []).map((method) => ({
      send: ask(method, target),
      expect: 200,
    })),
    ...['get', 'Post', 'FOO', 'PRI', 'G\tT', ''].map((method) => ({
      send: ask(method, target),
      expect: 400,
    })),
  ]),
);
// Hono's mount() makes a Request, which there cannot be with TRACE.
methods.push({ send: ask('TRACE', '/livez'), expect: refused('GET'), except: { next: 405, hono: 500 } });
