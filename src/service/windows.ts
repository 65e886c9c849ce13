import { OtpError } from '../errors.js';

/** The error for a call that has or wants a challenge: with windows of time there are none. */
export function createNoChallenges(): OtpError {
  return new OtpError('invalid_request', 'bind, challenge: OTP_MODE=window has no challenges');
}
