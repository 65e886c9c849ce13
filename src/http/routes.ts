import { createRoute, type RouteConfig } from '@hono/zod-openapi';
import type { ErrorCode } from '../errors.js';
import type { Store } from '../ports.js';
import type { RequestResult, VerifyResult } from '../results.js';
import type { Service } from '../service.js';
import type { TokenCheck } from '../tokens/tokens.js';
import { readJsonBody } from './body.js';
import { problems, respondProblem } from './problems.js';
import { respondJson } from './respond.js';
import type { Schemas } from './schemas.js';

export interface RouteParts {
  service: Service;
  store: Pick<Store, 'ping'>;
  checkToken(token: unknown): Promise<TokenCheck>;
  /** Purposes whose tokens pass as a bearer. */
  bearerPurposes: readonly string[];
  schemas: Schemas;
}

export interface Route {
  /** What the OpenAPI document says of it. */
  definition: RouteConfig;
  /** @param ip the caller's address, where it is known */
  handle(request: Request, ip: string | undefined): Promise<Response>;
}

/** Every route of the API: the server and the OpenAPI document are both made from this table. */
export function createRoutes({ service, store, checkToken, bearerPurposes, schemas }: RouteParts): Route[] {
  return [
    {
      definition: createRoute({
        method: 'post',
        path: '/api/v1/otp/request',
        operationId: 'requestOtp',
        summary: 'Send a code to an identity',
        request: { body: jsonBody(schemas.requestOtp) },
        responses: {
          200: json('The code is on its way', schemas.otpSent),
          ...describeProblems(schemas, [
            'invalid_request',
            'invalid_identity',
            'unsupported_channel',
            'unauthorized',
            'pending',
            'expired_code',
            'blocked',
            'rate_limited',
            'delivery_failed',
            'overloaded',
            'store_unavailable',
          ]),
        },
      }),
      async handle(request, ip) {
        const { identity, ...options } = await readJsonBody(request, schemas.requestOtp);
        const locale = options.locale ?? request.headers.get('accept-language') ?? undefined;
        return respondRequest(await service.request(identity, { ...options, locale, ip }));
      },
    },
    {
      definition: createRoute({
        method: 'post',
        path: '/api/v1/otp/verify',
        operationId: 'verifyOtp',
        summary: 'Exchange a code for a token',
        request: { body: jsonBody(schemas.verifyOtp) },
        responses: {
          200: json('The code was right; it will not work again', schemas.otpVerified),
          ...describeProblems(schemas, [
            'invalid_request',
            'invalid_identity',
            'invalid_code',
            'unauthorized',
            'expired_code',
            'blocked',
            'rate_limited',
            'store_unavailable',
          ]),
        },
      }),
      async handle(request, ip) {
        const { identity, otp, ...options } = await readJsonBody(request, schemas.verifyOtp);
        return respondVerify(await service.verify(identity, otp, { ...options, ip }));
      },
    },
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
      async handle(request) {
        const { token } = await readJsonBody(request, schemas.verifyToken);
        return respondJson(200, await checkToken(token));
      },
    },
    {
      definition: createRoute({
        method: 'get',
        path: '/api/v1/token/verify',
        operationId: 'checkBearer',
        summary: 'Check the bearer token of this request, for nginx auth_request and the like',
        security: [{ bearer: [] }],
        responses: {
          200: json('The token is active; header Remote-User names the identity', schemas.tokenActive),
          401: json('There is no token, or it is not active', schemas.tokenActive),
        },
      }),
      async handle(request) {
        const token = readBearer(request.headers.get('authorization'));
        const check = await checkToken(token);
        if (check.active && bearerPurposes.includes(check.claims.purpose)) {
          return respondJson(200, check, { 'Remote-User': check.claims.sub });
        }
        // RFC 6750 §3.1: no error code for a request that brought no token.
        const challenge = `Bearer realm="stateless-otp"${token === null ? '' : ', error="invalid_token"'}`;
        return respondJson(401, { active: false }, { 'WWW-Authenticate': challenge });
      },
    },
    {
      definition: createRoute({
        method: 'get',
        path: '/livez',
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        responses: { 200: json('It runs', schemas.health) },
      }),
      handle: async () => respondJson(200, { status: 'ok' }),
    },
    {
      definition: createRoute({
        method: 'get',
        path: '/readyz',
        operationId: 'getReadiness',
        summary: 'Whether the service can serve, its store included',
        responses: {
          200: json('It can serve', schemas.health),
          ...describeProblems(schemas, ['store_unavailable']),
        },
      }),
      async handle() {
        await store.ping();
        return respondJson(200, { status: 'ok' });
      },
    },
  ];
}

function respondRequest(result: RequestResult): Response {
  switch (result.status) {
    case 'sent':
      return respondJson(200, {
        success: true,
        message: 'OTP sent successfully.',
        ttl_seconds: result.ttlSeconds,
        resend_in_seconds: result.resendInSeconds,
        code_length: result.codeLength,
        channel: result.channel,
        ...(result.challenge === undefined ? {} : { challenge: result.challenge }),
      });
    case 'pending':
      return respondProblem('pending', 'A code has been sent; another can be sent when it expires', {
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'expired':
      return respondProblem('expired_code', 'This challenge is unknown or has ended; make a new request');
    case 'delivery_failed':
      return respondProblem('delivery_failed', 'The code was not accepted for delivery; try again', {
        category: result.category,
      });
    case 'unsupported_channel':
      return respondProblem('unsupported_channel', 'No configured channel reaches this identity this way');
    default:
      return respondRefusal(result);
  }
}

function respondVerify(result: VerifyResult): Response {
  switch (result.status) {
    case 'valid':
      return respondJson(200, {
        success: true,
        access_token: result.accessToken,
        token_type: result.tokenType,
        expires_in: result.expiresInSeconds,
      });
    case 'invalid':
      if (result.attemptsLeft === null) {
        return respondProblem(
          'invalid_request',
          'otp: must be 4 to 10 digits; spaces and dashes are dropped',
        );
      }
      return respondProblem(
        'invalid_code',
        'The code is wrong',
        { attempts_left: result.attemptsLeft },
        { 'WWW-Authenticate': 'OTP' },
      );
    case 'expired':
      return respondProblem('expired_code', 'No code is pending; request a new one');
    default:
      return respondRefusal(result);
  }
}

/** The answers that a request and a verify share. */
function respondRefusal(
  result: Extract<VerifyResult, { status: 'blocked' | 'rate_limited' | 'invalid_identity' }>,
): Response {
  switch (result.status) {
    case 'blocked':
      return respondProblem('blocked', 'The code is out of attempts; request a new one when it expires', {
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'rate_limited':
      return respondProblem('rate_limited', `The limit ${result.limit} is reached`, {
        limit: result.limit,
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'invalid_identity':
      return respondProblem(
        'invalid_identity',
        'identity: must be one e-mail address, a phone number in international form, or an id such as user:42',
      );
  }
}

/** RFC 6750 §2.1; null when there is no bearer token. */
function readBearer(header: string | null): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? '')?.[1] ?? null;
}

function jsonBody<Schema>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

function json<Schema>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

const retryAfter = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const } } };
const authenticate = { 'WWW-Authenticate': { schema: { type: 'string' as const } } };
/** Headers of problems, by status. */
const problemHeaders: Record<number, object> = {
  401: authenticate,
  409: retryAfter,
  429: retryAfter,
  503: retryAfter,
};

function describeProblems(schemas: Schemas, codes: ErrorCode[]) {
  const descriptions: Record<number, string> = {};
  for (const code of [...codes, 'internal' as const]) {
    const { status, title } = problems[code];
    descriptions[status] = `${descriptions[status] ? `${descriptions[status]}. ` : ''}\`${code}\`: ${title}`;
  }
  const content = { 'application/problem+json': { schema: schemas.problem } };
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => {
      const headers = problemHeaders[Number(status)];
      return [status, headers ? { description, headers, content } : { description, content }];
    }),
  );
}
