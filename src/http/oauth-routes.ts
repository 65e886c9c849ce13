import { createHash } from 'node:crypto';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { TokenKeys } from '../tokens/keys.js';
import type { Tokens } from '../tokens/tokens.js';
import { type Client, createClientCheck } from './api-keys.js';
import { realm } from './bearer.js';
import { readForm } from './body.js';
import { matchesTag } from './conditional.js';
import { replyProblem } from './problems.js';
import { type HttpReply, replyJson } from './reply.js';
import type { HttpRequest } from './request.js';
import type { Route } from './route.js';
import { nothingRevoked } from './token-routes.js';

export interface OauthParts {
  outcomes: Outcomes;
  tokens: Pick<Tokens, 'check' | 'canRevoke' | 'revoke'>;
  jwks: TokenKeys['jwks'];
  introspectClients: readonly Client[];
}

const notOneToken = 'There is not exactly one token in the form';
/** How long clients may cache our public keys. */
export const jwksMaxAgeSeconds = 300;

/** The OAuth endpoints of a token issuer: keys, introspection, revocation. */
export function createOauthRoutes(parts: OauthParts): Route[] {
  const { tokens, jwks, introspectClients, outcomes } = parts;
  const checkClient = createClientCheck(introspectClients);
  const keySet = JSON.stringify(jwks);
  const etag = `"${createHash('sha256').update(keySet).digest('base64url').slice(0, 22)}"`;
  return [
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      access: ['open'],
      document: {
        operationId: 'getKeys',
        summary:
          'The public keys that tokens are checked with (RFC 7517); none where they are signed with JWT_SECRET',
        answers: { 200: ['The keys, those of a rotation included', 'keySet'] },
      },
      async answer(request) {
        const headers = { 'Cache-Control': `public, max-age=${jwksMaxAgeSeconds}`, ETag: etag };
        if (matchesTag(request.header('if-none-match'), [etag])) return { status: 304, headers, body: null };
        return replyJson(200, jwks, headers);
      },
    },
    {
      method: 'POST',
      path: '/oauth/introspect',
      access: ['client'],
      document: {
        operationId: 'introspectToken',
        summary: 'Ask whether an access token is active, as one of INTROSPECT_CLIENTS (RFC 7662)',
        body: 'tokenForm',
        bodyType: 'application/x-www-form-urlencoded',
        answers: {
          200: ['The claims with `active: true`, or `{active: false}` and nothing else', 'introspection'],
          400: [notOneToken, 'oauthError'],
          401: ['The client is not known', 'oauthError'],
        },
        problems: ['not_found'],
      },
      async answer(request, { call }) {
        if (introspectClients.length === 0) {
          return replyProblem(
            'not_found',
            'Introspection is off: no client is configured (INTROSPECT_CLIENTS)',
          );
        }
        const credentials = request.header('authorization');
        if (!checkClient(credentials)) {
          const cause = credentials === null ? 'missing' : 'unknown';
          outcomes.report({ event: 'caller.refused', ...call, credential: 'introspect_client', cause });
          return respondOauthError(401, 'invalid_client', 'Name and secret must be those of a known client', {
            'WWW-Authenticate': `Basic ${realm}, charset="UTF-8"`,
          });
        }
        const token = await readToken(request);
        if (token === null) return refuseForm();
        const check = await tokens.check(token, call);
        // RFC 7662 §2.2: nothing else for an inactive token.
        if (!check.active) return replyJson(200, { active: false });
        return replyJson(200, { ...check.claims, active: true, token_type: 'Bearer' });
      },
    },
    {
      method: 'POST',
      path: '/oauth/revoke',
      access: ['open'],
      document: {
        operationId: 'revokeToken',
        summary: 'End an access or refresh token; who has it may end it (RFC 7009)',
        body: 'tokenForm',
        bodyType: 'application/x-www-form-urlencoded',
        answers: {
          200: ['The token is not good any more, whatever it was'],
          400: [notOneToken, 'oauthError'],
        },
        problems: ['not_found', 'store_unavailable'],
      },
      async answer(request, { call }) {
        if (!tokens.canRevoke) return replyProblem('not_found', nothingRevoked);
        const token = await readToken(request);
        if (token === null) return refuseForm();
        await tokens.revoke(token, call);
        return replyJson(200, {});
      },
    },
  ];
}

/** The `token` of a form; null when it is missing, or when any field is repeated (RFC 6749 §3.1). */
async function readToken(request: HttpRequest): Promise<string | null> {
  const form = await readForm(request);
  const names = [...(form?.keys() ?? [])];
  return new Set(names).size === names.length ? form?.get('token') || null : null;
}

function refuseForm(): HttpReply {
  const detail = 'The body must be a form (application/x-www-form-urlencoded) with exactly one token';
  return respondOauthError(400, 'invalid_request', detail);
}

/** RFC 6749 §5.2, referenced by RFC 7662 §2.3 and RFC 7009 §2.2.1. */
function respondOauthError(
  status: number,
  error: 'invalid_client' | 'invalid_request',
  description: string,
  headers: Record<string, string> = {},
): HttpReply {
  return replyJson(status, { error, error_description: description }, headers);
}
