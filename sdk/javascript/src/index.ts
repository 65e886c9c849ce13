export type { SentOTP, TokenClaims, TokenStatus, Tokens, Verified } from './answers.js';
export {
  type CallOptions,
  type LogoutOptions,
  OTPClient,
  type OTPClientOptions,
  type RequestOTPOptions,
  type VerifyOTPOptions,
} from './client.js';
export {
  type FaultCode,
  type HumanCheck,
  OTPError,
  type OTPErrorCode,
  type Puzzle,
  type ServiceErrorCode,
} from './errors.js';
export type { OTPStorage } from './session.js';
