import { createHash } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { createApiKeyCheck } from './api-keys.js';
import { readForm } from './body.js';
import type { Call } from './call.js';
import { matchesTag } from './conditional.js';
import { describeProblems, formBody, json } from './describe.js';
import { replyProblem } from './problems.js';
import { type Reply, replyJson } from './reply.js';
import type { Route, RouteParts } from './routes.js';

/** How long others may keep our public keys. */
export const jwksMaxAgeSeconds = 300;

/** What the OAuth family of standards asks of whoever issues tokens: keys, introspection, revocation. */
export function createOauthRoutes({ tokens, jwks, introspectClients, schemas }: RouteParts): Route[] {
  const checkClient = createClientCheck(introspectClients);
  const keySet = JSON.stringify(jwks);
  const etag = `"${createHash('sha256').update(keySet).digest('base64url').slice(0, 22)}"`;
  return [
    {
      definition: createRoute({
        method: 'get',
        path: '/.well-known/jwks.json',
        operationId: 'getKeys',
        summary:
          'The public keys that tokens are checked with (RFC 7517); none where they are signed with JWT_SECRET',
        responses: { 200: json('The keys, those of a rotation included', schemas.keySet) },
      }),
      access: ['open'],
      async handle(call) {
        const headers = { 'Cache-Control': `public, max-age=${jwksMaxAgeSeconds}`, ETag: etag };
        if (matchesTag(call.header('if-none-match'), [etag])) return { status: 304, headers, body: null };
        return replyJson(200, jwks, headers);
      },
    },
    {
      definition: createRoute({
        method: 'post',
        path: '/oauth/introspect',
        operationId: 'introspectToken',
        summary: 'Ask whether an access token is active, as one of INTROSPECT_CLIENTS (RFC 7662)',
        request: { body: formBody(schemas.tokenForm) },
        responses: {
          200: json(
            'The claims with `active: true`, or `{active: false}` and nothing else',
            schemas.introspection,
          ),
          400: json('There is not exactly one token in the form', schemas.oauthError),
          401: json('The client is not known', schemas.oauthError),
          ...describeProblems(schemas, ['not_found']),
        },
      }),
      access: ['client'],
      async handle(call) {
        if (introspectClients.length === 0) {
          return replyProblem('not_found', 'Introspection is off: INTROSPECT_CLIENTS names nobody');
        }
        if (!checkClient(call.header('authorization'))) {
          return respondOauthError(401, 'invalid_client', 'Name and secret must be those of a known client', {
            'WWW-Authenticate': 'Basic realm="stateless-otp", charset="UTF-8"',
          });
        }
        const token = await readToken(call);
        if (token === null) return refuseForm();
        const check = await tokens.check(token);
        // RFC 7662 §2.2: nothing else for a token that is not active, whatever the reason.
        if (!check.active) return replyJson(200, { active: false });
        return replyJson(200, { ...check.claims, active: true, token_type: 'Bearer' });
      },
    },
    {
      definition: createRoute({
        method: 'post',
        path: '/oauth/revoke',
        operationId: 'revokeToken',
        summary: 'End an access or refresh token; who has it may end it (RFC 7009)',
        request: { body: formBody(schemas.tokenForm) },
        responses: {
          200: { description: 'The token is not good any more, whatever it was' },
          400: json('There is not exactly one token in the form', schemas.oauthError),
          ...describeProblems(schemas, ['store_unavailable']),
        },
      }),
      access: ['open'],
      async handle(call) {
        const token = await readToken(call);
        if (token === null) return refuseForm();
        await tokens.revoke(token);
        return replyJson(200, {});
      },
    },
  ];
}

/** The `token` of a form; null when there is none, or when anything stands there twice (RFC 6749 §3.1). */
async function readToken(call: Call): Promise<string | null> {
  const form = await readForm(call);
  const names = [...(form?.keys() ?? [])];
  return new Set(names).size === names.length ? form?.get('token') || null : null;
}

function refuseForm(): Reply {
  const detail = 'The body must be a form (application/x-www-form-urlencoded) with exactly one token';
  return respondOauthError(400, 'invalid_request', detail);
}

/** RFC 6749 §5.2, which RFC 7662 §2.3 and RFC 7009 §2.2.1 point to. */
function respondOauthError(
  status: number,
  error: 'invalid_client' | 'invalid_request',
  description: string,
  headers: Record<string, string> = {},
): Reply {
  return replyJson(status, { error, error_description: description }, headers);
}

/** Checks HTTP Basic authentication (RFC 7617) of a client. */
function createClientCheck(clients: RouteParts['introspectClients']): (header: string | null) => boolean {
  // A client that changes its secret stands there twice for a while.
  const hashesOf = (wanted: string) => clients.filter(({ name }) => name === wanted).map(({ hash }) => hash);
  const checks = new Map(clients.map(({ name }) => [name, createApiKeyCheck(hashesOf(name))]));
  const checkNobody = createApiKeyCheck([]);
  return (header) => {
    const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1] ?? '';
    const [, name = '', secret = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    return (checks.get(name) ?? checkNobody)(secret);
  };
}
