import { refuseUnknownOptions } from '../core/known-options.js';
import { signInPurpose } from '../core/policy.js';
import { OtpError } from '../errors.js';
import { challengeBearer, parseBearer } from '../http/bearer.js';
import { retrySoonSeconds } from '../http/error-reply.js';
import { replyProblem } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import { addRequestId, createRequestId } from '../http/request-id.js';
import type { TokenClaims } from '../tokens/claims.js';
import type { TokenCheck } from '../tokens/tokens.js';

export interface GuardOptions {
  /** Accepted purposes. Default `['sign-in']`. */
  purposes?: readonly string[] | undefined;
}

/** The part of `createOtp`'s result that a guard needs. */
export interface TokenVerifier {
  verifyToken(token: unknown, call?: { requestId?: string | undefined }): Promise<TokenCheck>;
}

/**
 * Authenticates a caller by the Authorization header, or returns the answer that refuses it.
 *
 * @throws TypeError for anything but an `Otp`, and unless purposes is a list of names; for unknown options
 */
export function createGuard(otp: TokenVerifier, options: GuardOptions = {}) {
  if (typeof otp?.verifyToken !== 'function')
    throw new TypeError('requireToken needs what createOtp returned');
  refuseUnknownOptions(options, ['purposes']);
  const { purposes = [signInPurpose] } = options;
  if (!Array.isArray(purposes) || purposes.length === 0) {
    throw new TypeError('purposes must be a list of at least one name');
  }
  return async (authorization: string | null): Promise<{ claims: TokenClaims } | { refusal: HttpReply }> => {
    const token = parseBearer(authorization);
    const requestId = createRequestId();
    const refuse = (reply: HttpReply) => ({ refusal: addRequestId(reply, requestId) });
    try {
      const check = await otp.verifyToken(token, { requestId });
      if (check.active && purposes.includes(check.claims.purpose)) return { claims: check.claims };
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
      return refuse(
        replyProblem('store_unavailable', error.message, { retry_after_seconds: retrySoonSeconds }),
      );
    }
    const detail =
      token === null
        ? 'A bearer token is needed'
        : 'The token is invalid, has expired or is for another purpose';
    return refuse(replyProblem('invalid_token', detail, {}, challengeBearer(token)));
  };
}
