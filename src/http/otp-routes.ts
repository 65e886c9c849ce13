import { createRoute } from '@hono/zod-openapi';
import type { RequestResult, VerifyResult } from '../results.js';
import { readJsonBody } from './body.js';
import { describeProblems, json, jsonBody } from './describe.js';
import { respondProblem } from './problems.js';
import { respondIssued, respondJson } from './respond.js';
import type { Route, RouteParts } from './routes.js';

/** Request a code, verify it. */
export function createOtpRoutes({ service, schemas }: RouteParts): Route[] {
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
          200: json('The code was right; it will not work again', schemas.tokensIssued),
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
      return respondIssued(result);
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
