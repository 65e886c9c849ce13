import { ask, bearer, type Case, check, gate, spellings } from './requests.js';

const pages = ['/livez', gate, check, '/sign-in', '/docs', '/openapi.json'];

/** Fastify's router knows only targets that begin with a slash. */
const unrouted = { fastify: 404 };
/** Fastify refuses what cannot be decoded. */
const undecodable = { fastify: 400 };

export const targets: Case[] = pages.flatMap((path) => {
  const get = (target: string) => ask('GET', target, bearer);
  return [
    ...Object.values(spellings).map((spell) => ({ send: get(spell(path)), expect: 200 })),
    ...['http://x', 'https://other.example:8443'].map((origin) => ({
      send: get(origin + path),
      expect: 200,
      except: unrouted,
    })),
    ...[`${path}/`, `${path}//`, `/${path}`, `/${path}/..`, `//other.example${path}`].map((target) => ({
      send: get(target),
      expect: 404,
    })),
    ...[`${path}%00`, `${path};a`, path.toUpperCase(), `/%2F${path.slice(1)}`, `/?${path}`].map((target) => ({
      send: get(target),
      expect: 404,
    })),
    ...['%', '%zz', '%2', '%c0%af', '%ff'].map((end) => ({
      send: get(path + end),
      expect: 404,
      except: undecodable,
    })),
    ...[`HTTP://x${path}`, `ftp://x${path}`, '*'].map((target) => ({
      send: get(target),
      expect: 400,
      except: unrouted,
    })),
    ...[`${path}\\`, path.slice(1), `\\${path}`, `http://a b${path}`, `${path}\xE9`].map((target) => ({
      send: get(target),
      expect: 400,
    })),
    { send: get(`http://x:99999${path}`), expect: 400 },
  ];
});

/** node-server refuses a request without a host when the app has named none. */
const needsHost = { next: 400, 'the Web handler': 400 };
/** Next passes on one line of each header. */
const seesOneHost = { next: 200 };

/** The last is no address and no name (WHATWG URL). node-server passes it on, and `new Request` fails. */
const malformedHosts = [
  'a b',
  '[',
  '/',
  'x:99999',
  '%',
  'x/..',
  'x?',
  'x#',
  'u@x',
  'x\\y',
  'http://x',
  'x:',
  '1.2.3.999',
];

export const hosts: Case[] = [
  ...['x', 'EXAMPLE.com:80', '127.0.0.1:8000', '[::1]:80', 'a_b.example'].map((host) => ({
    send: ask('GET', '/livez?').replace('Host: x', `Host: ${host}`),
    expect: 200,
  })),
  ...malformedHosts.flatMap((host) =>
    ['/livez', `${gate}?`, '/sign-in', '/nowhere'].map((path) => ({
      send: ask('GET', path, bearer).replace('Host: x', `Host: ${host}`),
      expect: 400,
      except: host === '1.2.3.999' ? { hono: 500, next: 500 } : {},
    })),
  ),
  ...['/livez', `${gate}?`, '/sign-in'].flatMap((path) => [
    { send: ask('GET', path, bearer).replace('Host: x', 'Host:'), expect: 200, except: needsHost },
    { send: ask('GET', path, `${bearer}Host: x\r\n`), expect: 400, except: seesOneHost },
    { send: ask('GET', path, `${bearer}host: y\r\n`), expect: 400, except: seesOneHost },
    { send: ask('GET', path, bearer).replace('Host: x\r\n', ''), expect: 400 },
  ]),
];
