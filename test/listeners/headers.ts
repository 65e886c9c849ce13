import { ask, bearer, type Case, check, gate, json, post, spellings, valid } from './requests.js';

const noToken = { status: 401, headers: { 'www-authenticate': 'Bearer realm="stateless-otp"' } };
const session = (value: string) => `Cookie: __Host-otp_session=${value}\r\n`;
/** Every route that reads a credential, by each spelling. */
const doors = [gate, '/authz/forward-auth', check].flatMap((path) =>
  Object.values(spellings).map((spell) => spell(path)),
);

// Attack: send two credentials, of which the proxy checks one and the service the other.
export const credentials: Case[] = doors.flatMap((door) => [
  { send: ask('GET', door, bearer), expect: 200 },
  { send: ask('HEAD', door, bearer.replace('A', 'a')), expect: 200 },
  { send: ask('GET', door, `Authorization:\tBearer {token}\t\r\n`), expect: 200 },
  ...[
    `${bearer}Authorization: Bearer x\r\n`,
    `Authorization: Bearer x\r\n${bearer}`,
    `${bearer}${bearer}`,
    `${bearer}AUTHORIZATION:\r\n`,
    `authorization:\r\n${bearer}`,
    `${bearer}Authorization: Basic eDp4\r\n`,
    `${bearer}X: y\r\n${bearer}X: z\r\n${bearer}`,
    'Authorization: Bearer {token}, Bearer {token}\r\n',
    'Authorization: Bearer {token},\r\n',
  ].map((lines) => ({ send: ask('GET', door, lines), expect: noToken })),
  { send: ask('HEAD', door, bearer + bearer), expect: noToken },
  ...[`Authorization: Bearer\r\n {token}\r\n`, `Authorization : Bearer {token}\r\n`].map((lines) => ({
    send: ask('GET', door, lines),
    expect: 400,
  })),
]);

const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
const client = 'Authorization: Basic YXBpOnMx\r\n';
const unknownClient = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="stateless-otp", charset="UTF-8"' },
};

export const headers: Case[] = [
  ...['', '?'].flatMap((query): Case[] => [
    { send: ask('GET', gate + query, session('{token}')), expect: 200 },
    { send: ask('GET', gate + query, `${session('x')}${session('{token}')}`), expect: 200 },
    { send: ask('GET', gate + query, `${session('{token}')}${session('x')}`), expect: 200 },
    { send: ask('GET', gate + query, `Cookie: a=b, __Host-otp_session={token}\r\n`), expect: noToken },
    // Attack: bring an identity under a name that the proxy does not overwrite.
    { send: ask('GET', gate + query, `${bearer}Remote_User: x\r\n`), expect: 403 },
    { send: ask('GET', gate + query, `${bearer}remote-user-id: x\r\nRemote-User-Id:\r\n`), expect: 403 },
    { send: ask('GET', gate + query, `${bearer}__proto__: x\r\nconstructor: x\r\n`), expect: 200 },
    { send: post(`/oauth/introspect${query}`, client + form, 'token=x'), expect: 200 },
    { send: post(`/oauth/introspect${query}`, client + client + form, 'token=x'), expect: unknownClient },
    { send: post(`/oauth/introspect${query}`, client + form + form, 'token=x'), expect: 400 },
    ...['application/json', 'APPLICATION/JSON; charset=utf-8'].map((type) => ({
      send: post(check + query, `Content-Type: ${type}\r\n`, valid),
      expect: 200,
    })),
    ...['', 'text/plain', 'application/jsonx', 'application/json, text/plain', ';', 'garbage'].map(
      (type) => ({
        send: post(check + query, `Content-Type: ${type}\r\n`, valid),
        expect: 400,
      }),
    ),
    // Attack: a form of another site, which may bring a second type without being asked for first.
    { send: post(check + query, `${json}Content-Type: text/plain\r\n`, valid), expect: 400 },
    { send: post(check + query, `Content-Type: text/plain\r\n${json}`, valid), expect: 400 },
    { send: post(check + query, json + json, valid), expect: 400 },
    ...[' X: y\r\n', 'X: \x01\r\n', 'X: \0\r\n', ':path: /x\r\n', 'X y: z\r\n', ': z\r\n'].map((line) => ({
      send: ask('GET', `/livez${query}`, line),
      expect: 400,
    })),
    { send: ask('GET', `/livez${query}`, 'X: \xE9\r\n'), expect: 200 },
    { send: post(`/livez${query}`, 'X-HTTP-Method-Override: GET\r\n', ''), expect: 405 },
  ]),
];

/** With `apiKeyHashes`; a body that is refused shows that the key was accepted. */
export const keys: Case[] = ['', '?'].flatMap((query): Case[] => [
  ...['{key}', 'x', ''].map((key) => ({
    send: post(`/api/v1/otp/verify${query}`, `${json}X-API-Key: ${key}\r\n`, '{}'),
    expect: key === '{key}' ? 400 : 401,
  })),
  ...['X-API-Key: {key}\r\n', 'x-api-key: x\r\n', 'X-API-Key:\r\n'].flatMap((second) =>
    [`X-API-Key: {key}\r\n${second}`, `${second}X-API-Key: {key}\r\n`].map((lines) => ({
      send: post(`/api/v1/otp/verify${query}`, json + lines, '{}'),
      expect: 401,
    })),
  ),
]);
