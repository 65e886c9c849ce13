import { OtpError } from '../errors.js';

/** The error for a call with a challenge, or one that asks for it: codes of windows have none. */
export function createNoChallenges(): OtpError {
  return new OtpError('invalid_request', 'bind, challenge: OTP_MODE=window has no challenges');
}
