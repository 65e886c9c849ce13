import type { Tokens } from '../tokens/tokens.js';
import { challengeBearer, parseBearer, userHeader } from './bearer.js';
import { readJsonBody } from './body.js';
import { replyProblem } from './problems.js';
import { replyIssued, replyJson } from './reply.js';
import type { Route } from './route.js';
import type { Schemas } from './schemas.js';

export interface TokenParts {
  tokens: Pick<
    Tokens,
    'check' | 'canRefresh' | 'canRevoke' | 'canSignOut' | 'refresh' | 'revoke' | 'signOut'
  >;
  bearerPurposes: readonly string[];
  schemas: Schemas;
}

/** With a store that keeps nothing. */
export const signedOutEverywhere = 'Every token and session from before is refused from now on';
export const nothingRevoked = 'Nothing can be revoked here: tokens are valid until they expire';

export function createTokenRoutes({ tokens, bearerPurposes, schemas }: TokenParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/token/verify',
      access: ['open'],
      document: {
        operationId: 'verifyToken',
        summary: 'Ask whether a token is active',
        body: 'verifyToken',
        answers: { 200: ['`{active: true, claims}`, or `{active: false}` and nothing else', 'tokenActive'] },
        problems: ['invalid_request'],
      },
      async answer(request, { call }) {
        const { token } = await readJsonBody(request, schemas.verifyToken);
        return replyJson(200, await tokens.check(token, call));
      },
    },
    {
      method: 'GET',
      path: '/api/v1/token/verify',
      access: ['bearer'],
      document: {
        operationId: 'checkBearer',
        summary: 'Check the bearer token of this request, for nginx auth_request and the like',
        answers: {
          200: ['The token is active; header Remote-User names the identity', 'tokenActive'],
          401: ['There is no token, or it is not active', 'tokenActive'],
        },
      },
      async answer(request, { call }) {
        const token = parseBearer(request.header('authorization'));
        const check = await tokens.check(token, call);
        if (check.active && bearerPurposes.includes(check.claims.purpose)) {
          return replyJson(200, check, { [userHeader]: check.claims.sub });
        }
        return replyJson(401, { active: false }, challengeBearer(token));
      },
    },
    {
      method: 'POST',
      path: '/api/v1/token/refresh',
      access: ['open'],
      document: {
        operationId: 'refreshToken',
        summary: 'Exchange a refresh token for the next tokens; it is good once',
        body: 'refreshToken',
        answers: { 200: ['The refresh token is used up; here are the next tokens', 'tokensIssued'] },
        problems: ['invalid_request', 'invalid_token', 'not_found', 'store_unavailable'],
      },
      async answer(request, { call }) {
        if (!tokens.canRefresh) {
          return replyProblem('not_found', 'Refresh tokens are off: REFRESH_TOKEN_TTL is 0');
        }
        const { refresh_token } = await readJsonBody(request, schemas.refreshToken);
        const issued = await tokens.refresh(refresh_token, call);
        if (issued) return replyIssued(issued);
        const detail = 'The refresh token is invalid or has expired; sign in again';
        return replyProblem('invalid_token', detail, {}, challengeBearer(refresh_token));
      },
    },
    {
      method: 'POST',
      path: '/api/v1/token/logout',
      access: ['bearer', 'open'],
      document: {
        operationId: 'logout',
        summary: 'End the sign-in of a refresh token, the bearer token of this request, or both',
        body: 'logout',
        isBodyOptional: true,
        answers: { 200: ['None of them is good any more, whatever they were', 'loggedOut'] },
        problems: ['invalid_request', 'not_found', 'store_unavailable'],
      },
      async answer(request, { call }) {
        if (!tokens.canRevoke) return replyProblem('not_found', nothingRevoked);
        const { refresh_token } = await readJsonBody(request, schemas.logout, {});
        await tokens.revoke(refresh_token, call);
        await tokens.revoke(parseBearer(request.header('authorization')), call);
        return replyJson(200, { success: true });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/token/logout-all',
      access: ['bearer'],
      document: {
        operationId: 'logoutAll',
        summary: 'Sign the owner of the bearer token out everywhere, and end pending codes',
        answers: { 200: [signedOutEverywhere, 'loggedOut'] },
        problems: ['invalid_token', 'not_found', 'store_unavailable'],
      },
      async answer(request, { call }) {
        if (!tokens.canSignOut) return replyProblem('not_found', nothingRevoked);
        const token = parseBearer(request.header('authorization'));
        const check = await tokens.check(token, call);
        if (!check.active || !bearerPurposes.includes(check.claims.purpose)) {
          const detail = 'The bearer token is missing, invalid or has expired';
          return replyProblem('invalid_token', detail, {}, challengeBearer(token));
        }
        await tokens.signOut(check.claims.sub, call);
        return replyJson(200, { success: true });
      },
    },
  ];
}
