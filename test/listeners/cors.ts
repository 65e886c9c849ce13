import { ask, type Case, check, json, post } from './requests.js';

const page = 'https://pages.example.com';
const varies = { vary: 'Origin' };
const preflight = { vary: 'Origin, Access-Control-Request-Headers' };
const allowed = (origin: string) => ({ 'access-control-allow-origin': origin });
const strangers = [
  'https://evil.example',
  'null',
  '',
  `${page}.evil.example`,
  `${page}, https://evil.example`,
  `${page}\r\nOrigin: https://evil.example`,
  `https://evil.example\r\nOrigin: ${page}`,
  `${page}\r\nOrigin: ${page}`,
];

const fromPage = `Origin: ${page}\r\n`;
const errors: [send: string, status: number][] = [
  [ask('GET', check, fromPage), 401],
  [ask('GET', '/authz/forward-auth', fromPage), 401],
  [ask('GET', '/oauth/revoke', fromPage), 405],
  [post('/api/v1/otp/verify', fromPage + json, '{}'), 401],
  [post(check, fromPage, '{}'), 400],
  [post(check, fromPage + json, '{'), 400],
  [post(check, fromPage + json, 'x'.repeat(5000)), 400],
];

/** With `corsOrigins`; an origin that is not allowed gets no Access-Control-Allow-Origin. */
export const cors = ['/livez', '/livez?', '/./livez']
  .flatMap((path): Case[] => [
    { send: ask('GET', path), expect: { status: 200, headers: { ...varies, ...allowed('') } } },
    { send: ask('POST', path), expect: { status: 405, headers: { ...varies, allow: 'GET' } } },
    ...[page, page.toUpperCase()].flatMap((origin) => [
      {
        send: ask('GET', path, `Origin: ${origin}\r\n`),
        expect: { status: 200, headers: { ...varies, ...allowed(origin) } },
      },
      {
        send: ask('OPTIONS', path, `Origin: ${origin}\r\n`),
        expect: { status: 204, headers: { ...preflight, ...allowed(origin) } },
      },
    ]),
    ...strangers.flatMap((origin) => [
      {
        send: ask('GET', path, `Origin: ${origin}\r\n`),
        expect: { status: 200, headers: { ...varies, ...allowed('') } },
      },
      {
        send: ask('OPTIONS', path, `Origin: ${origin}\r\n`),
        expect: { status: 204, headers: { ...preflight, ...allowed('') } },
      },
    ]),
  ])
  .concat(
    errors.map(
      ([send, status]): Case => ({ send, expect: { status, headers: { ...varies, ...allowed(page) } } }),
    ),
  );
