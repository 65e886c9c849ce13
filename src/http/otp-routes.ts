import type { CodeAlphabet } from '../core/base32-code.js';
import { typedCodes } from '../core/code.js';
import type { HumanCheckChallenge } from '../core/human-check.js';
import type { InvalidIdentity, RequestResult, Valid, Verified, VerifyResult } from '../results.js';
import type { Service } from '../service.js';
import { readJsonBody } from './body.js';
import { problems, replyProblem, type WireHumanCheck } from './problems.js';
import { type HttpReply, replyIssued, replyJson } from './reply.js';
import type { Route } from './route.js';
import { type Schemas, sentMessage } from './schemas.js';

export interface OtpParts {
  service: Pick<Service<Verified | Valid>, 'request' | 'verify'>;
  /** Undefined where no tokens are issued. */
  tokens: object | undefined;
  /** Of the codes that the store opens. Default: digits. */
  codeAlphabet?: CodeAlphabet | undefined;
  schemas: Schemas;
}

export function createOtpRoutes({ service, tokens, codeAlphabet = 'digits', schemas }: OtpParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/otp/request',
      access: ['api-key'],
      document: {
        operationId: 'requestOtp',
        summary: 'Send a code to an identity',
        description:
          'Without `bind` or `device` the code can be verified by identity alone, which costs this: a stranger who knows the identity can spend its attempts.',
        body: 'requestOtp',
        answers: { 200: ['The code is on its way', 'otpSent'] },
        problems: [
          'invalid_request',
          'invalid_identity',
          'unsupported_channel',
          'unsupported_country',
          'unsupported_number',
          'unauthorized',
          'forbidden',
          'human_check_required',
          'pending',
          'expired_code',
          'blocked',
          'rate_limited',
          'delivery_failed',
          'overloaded',
          'store_unavailable',
        ],
      },
      async answer(request, { call, holder }) {
        const body = await readJsonBody(request, schemas.requestOtp);
        const { identity, channel, purpose, bind, challenge, locale, device } = body;
        const language = locale ?? request.header('accept-language') ?? undefined;
        const { requestId, caller, ip } = call;
        // Without a spread, which took a tenth of the whole request.
        const options = {
          requestId,
          caller,
          channel,
          purpose,
          bind,
          challenge,
          device,
          locale: language,
          ip,
          // A program that has a key answers for its users.
          humanCheck: holder === undefined ? body.human_check : undefined,
          unguarded: holder?.rights.includes('unguarded'),
        };
        const result = await service.request(identity, options);
        if (result.status !== 'sent') return replyUnsent(result);
        return replyJson(200, {
          success: true,
          message: sentMessage,
          ttl_seconds: result.ttlSeconds,
          resend_in_seconds: result.resendInSeconds,
          code_length: result.codeLength,
          code_alphabet: result.codeAlphabet,
          channel: result.channel,
          challenge: result.challenge,
        });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/otp/verify',
      access: ['api-key'],
      document: {
        operationId: 'verifyOtp',
        summary: tokens ? 'Exchange a code for a token' : 'Check a code',
        body: 'verifyOtp',
        answers: {
          200: ['The code was right; it will not work again', tokens ? 'tokensIssued' : 'verified'],
        },
        problems: [
          'invalid_request',
          'invalid_identity',
          'invalid_code',
          'unauthorized',
          'forbidden',
          'expired_code',
          'blocked',
          'rate_limited',
          'store_unavailable',
        ],
      },
      async answer(request, { call }) {
        const body = await readJsonBody(request, schemas.verifyOtp);
        const { identity, otp, challenge, purpose, device, remember } = body;
        const { requestId, caller, ip } = call;
        const options = { requestId, caller, ip, challenge, purpose, device, remember };
        const result = await service.verify(identity, otp, options);
        // Whether or not a bound code exists: strangers must not find out.
        if (result.status === 'expired' && !challenge) return replyProblem('expired_code', unboundExpired);
        return replyVerify(result, codeAlphabet);
      },
    },
  ];
}

function replyUnsent(result: Exclude<RequestResult, { status: 'sent' }>): HttpReply {
  switch (result.status) {
    case 'pending':
      return replyProblem('pending', 'A code has been sent; another can be sent when it expires', {
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'expired':
      return replyProblem('expired_code', 'This challenge is unknown or has ended; make a new request');
    case 'delivery_failed':
      return replyProblem('delivery_failed', 'The code was not accepted for delivery; try again', {
        category: result.category,
      });
    case 'human_check_required':
      return replyProblem('human_check_required', 'Send the same request with the solution as human_check', {
        human_check: toWireHumanCheck(result.humanCheck),
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'unsupported_channel':
      return replyProblem('unsupported_channel', 'No configured channel reaches this identity this way');
    case 'unsupported_country':
      return replyProblem('unsupported_country', 'identity: no codes are sent to this country');
    case 'unsupported_number':
      return replyProblem(
        'unsupported_number',
        'identity: this kind of phone number is sent no codes over this channel',
      );
    default:
      return replyRefusal(result);
  }
}

function toWireHumanCheck(asked: HumanCheckChallenge): WireHumanCheck {
  return asked.provider === 'altcha' ? asked : { provider: asked.provider, site_key: asked.siteKey };
}

const unboundExpired =
  'The code was used or has expired; request a new one, or if the request was bound, send its challenge too';

function replyVerify(result: VerifyResult<Verified | Valid>, codeAlphabet: CodeAlphabet): HttpReply {
  switch (result.status) {
    case 'valid':
      if ('accessToken' in result) return replyIssued(result, result.device);
      return replyJson(200, { success: true, identity: result.identity, device: result.device });
    case 'invalid':
      if (result.attemptsLeft === null) {
        return replyProblem('invalid_request', `otp: must be ${typedCodes[codeAlphabet].form}`);
      }
      return replyProblem(
        'invalid_code',
        problems.invalid_code.title,
        { attempts_left: result.attemptsLeft },
        { 'WWW-Authenticate': 'OTP' },
      );
    case 'expired':
      return replyProblem('expired_code', 'The code was used or has expired; request a new one');
    default:
      return replyRefusal(result);
  }
}

/** The answers that a request and a verify share. */
function replyRefusal(
  result: Extract<VerifyResult, { status: 'blocked' | 'rate_limited' | 'invalid_identity' }>,
): HttpReply {
  switch (result.status) {
    case 'blocked':
      return replyProblem('blocked', 'No attempts are left; request a new code when this one expires', {
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'rate_limited':
      return replyProblem('rate_limited', `The limit ${result.limit} is reached`, {
        limit: result.limit,
        retry_after_seconds: result.retryAfterSeconds,
      });
    case 'invalid_identity':
      return replyInvalidIdentity(result);
  }
}

export function replyInvalidIdentity({ isAmbiguous }: InvalidIdentity): HttpReply {
  return replyProblem(
    'invalid_identity',
    isAmbiguous
      ? 'identity: this phone number is valid with and without the country code; start with + or 0'
      : 'identity: must be one e-mail address, a phone number in international form, or an id such as user:42',
  );
}
