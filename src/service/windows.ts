import { OtpError } from '../errors.js';

/** A call that names or wants a challenge, where codes are those of windows of time. */
export function createNoChallenges(): OtpError {
  return new OtpError('invalid_request', 'bind, challenge: OTP_MODE=window has no challenges');
}
