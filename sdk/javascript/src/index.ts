export type { SentOTP, TokenClaims, TokenStatus, Tokens, Verified } from './answers.js';
export {
  type CallOptions,
  type LogoutOptions,
  OTPClient,
  type OTPClientOptions,
  type RequestOTPOptions,
  type VerifyOTPOptions,
} from './client.js';
export { type FaultCode, OTPError, type OTPErrorCode, type ServiceErrorCode } from './errors.js';
export type { OTPStorage } from './session.js';
