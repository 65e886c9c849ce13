import { createRoute } from '@hono/zod-openapi';
import { challengeBearer, readBearer } from './bearer.js';
import { readJsonBody, readOptionalJsonBody } from './body.js';
import { describeProblems, json, jsonBody } from './describe.js';
import { replyProblem } from './problems.js';
import { replyIssued, replyJson } from './reply.js';
import type { Route, RouteParts } from './routes.js';

/** Check a token, follow it with the next, end it. */
export function createTokenRoutes({ tokens, bearerPurposes, schemas }: RouteParts): Route[] {
  return [
    {
      definition: createRoute({
        method: 'post',
        path: '/api/v1/token/verify',
        operationId: 'verifyToken',
        summary: 'Ask whether a token is active',
        request: { body: jsonBody(schemas.verifyToken) },
        responses: {
          200: json('`{active: true, claims}`, or `{active: false}` and nothing else', schemas.tokenActive),
          ...describeProblems(schemas, ['invalid_request']),
        },
      }),
      access: ['open'],
      async handle(call) {
        const { token } = await readJsonBody(call, schemas.verifyToken);
        return replyJson(200, await tokens.check(token));
      },
    },
    {
      definition: createRoute({
        method: 'get',
        path: '/api/v1/token/verify',
        operationId: 'checkBearer',
        summary: 'Check the bearer token of this request, for nginx auth_request and the like',
        responses: {
          200: json('The token is active; header Remote-User names the identity', schemas.tokenActive),
          401: json('There is no token, or it is not active', schemas.tokenActive),
        },
      }),
      access: ['bearer'],
      async handle(call) {
        const token = readBearer(call.header('authorization'));
        const check = await tokens.check(token);
        if (check.active && bearerPurposes.includes(check.claims.purpose)) {
          return replyJson(200, check, { 'Remote-User': check.claims.sub });
        }
        return replyJson(401, { active: false }, challengeBearer(token));
      },
    },
    {
      definition: createRoute({
        method: 'post',
        path: '/api/v1/token/refresh',
        operationId: 'refreshToken',
        summary: 'Exchange a refresh token for the next tokens; it is good once',
        request: { body: jsonBody(schemas.refreshToken) },
        responses: {
          200: json('The refresh token is used up; here are the next tokens', schemas.tokensIssued),
          ...describeProblems(schemas, [
            'invalid_request',
            'invalid_token',
            'not_found',
            'store_unavailable',
          ]),
        },
      }),
      access: ['open'],
      async handle(call) {
        if (!tokens.canRefresh) {
          return replyProblem('not_found', 'Refresh tokens are off: REFRESH_TOKEN_TTL is 0');
        }
        const { refresh_token } = await readJsonBody(call, schemas.refreshToken);
        const issued = await tokens.refresh(refresh_token);
        if (issued) return replyIssued(issued);
        return replyProblem(
          'invalid_token',
          'The refresh token is not good, or no longer; sign in again',
          {},
          challengeBearer(refresh_token),
        );
      },
    },
    {
      definition: createRoute({
        method: 'post',
        path: '/api/v1/token/logout',
        operationId: 'logout',
        summary: 'End the sign-in of a refresh token, the bearer token of this request, or both',
        request: { body: { ...jsonBody(schemas.logout), required: false } },
        responses: {
          200: json('None of them is good any more, whatever they were', schemas.loggedOut),
          ...describeProblems(schemas, ['invalid_request', 'store_unavailable']),
        },
      }),
      access: ['bearer', 'open'],
      async handle(call) {
        const body = await readOptionalJsonBody(call, schemas.logout);
        await tokens.revoke(body?.refresh_token);
        await tokens.revoke(readBearer(call.header('authorization')));
        return replyJson(200, { success: true });
      },
    },
  ];
}
