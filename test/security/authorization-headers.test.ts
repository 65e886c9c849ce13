import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGateKit, findBearer, generateAuthorization } from '../helpers/authorization.js';

const paths = ['/api/v1/token/verify', '/authz/auth-request', '/authz/forward-auth'] as const;
const html = { Accept: 'text/html' };

// Attack: find a header that a reverse proxy's question stumbles over; nginx makes a 500 of any status but these.
test('of 100 000 Authorization headers those with a good token get 200, all others 401, 403 or, as a browser, 302', async () => {
  const { handler, tokens } = await createGateKit();
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      generateAuthorization(tokens),
      fc.boolean(),
      async (path, authorization, isBrowser) => {
        const headers = { Authorization: authorization, ...(isBrowser ? html : {}) };
        const { status } = await handler(new Request(`http://localhost${path}`, { headers }));
        const bearer = findBearer(authorization, tokens);
        const isGate = path !== '/api/v1/token/verify';
        const refusal = path === '/authz/forward-auth' && isBrowser ? 302 : 401;
        const accepted = bearer === 'good' || (bearer === 'unwelcome' && !isGate);
        assert.equal(status, accepted ? 200 : bearer === 'unwelcome' ? 403 : refusal);
        seen[`${path} ${status}`] = (seen[`${path} ${status}`] ?? 0) + 1;
      },
    ),
    { numRuns: 100_000, seed: 1 },
  );
  // Each answer that there is was given, so the generator comes near enough.
  assert.deepEqual(Object.keys(seen).sort(), [
    '/api/v1/token/verify 200',
    '/api/v1/token/verify 401',
    '/authz/auth-request 200',
    '/authz/auth-request 401',
    '/authz/auth-request 403',
    '/authz/forward-auth 200',
    '/authz/forward-auth 302',
    '/authz/forward-auth 401',
    '/authz/forward-auth 403',
  ]);
});

test('whatever the cookies hold, alone or beside a bearer, the gate answers with 200, 302, 401 or 403', async () => {
  const { handler, tokens } = await createGateKit();
  const value = generateAuthorization(tokens);
  const name = fc.constantFrom(
    '__Host-otp_session',
    'otp_session',
    '__Secure-otp_session',
    '__proto__',
    'a',
    '',
  );
  const cookies = fc
    .array(fc.tuple(name, fc.constantFrom('=', '', '==', '="'), value), { maxLength: 6 })
    .map((pairs) => pairs.map((pair) => pair.join('')).join('; '));
  const good = `__Host-otp_session=${tokens.good}`;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      cookies,
      fc.option(value),
      async (path, cookie, authorization) => {
        const headers = {
          Cookie: cookie,
          ...(authorization === null ? {} : { Authorization: authorization }),
        };
        const { status } = await handler(new Request(`http://localhost${path}`, { headers }));
        assert.ok([200, 401, 403].includes(status), `${status}`);
        const withGood = { ...headers, Cookie: `${good}; ${cookie}` };
        const answer = await handler(
          new Request('http://localhost/authz/auth-request', { headers: withGood }),
        );
        const isUnwelcome = authorization !== null && findBearer(authorization, tokens) === 'unwelcome';
        assert.equal(answer.status, isUnwelcome ? 403 : 200);
      },
    ),
    { numRuns: 5000, seed: 1 },
  );
});
