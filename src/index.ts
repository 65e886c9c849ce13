export type { AltchaChallenge, HumanCheckChallenge } from './core/human-check.js';
export {
  type Binding,
  type Channel,
  channels,
  type LimitName,
  type Policy,
  type ResendPolicy,
} from './core/policy.js';
export type { Fault, RefusalCategory } from './core/refusal.js';
export type { TestIdentity } from './core/test-identities.js';
export { type ErrorCode, OtpError } from './errors.js';
export type { Handler } from './http/handler.js';
export type { RequestInfo } from './http/web.js';
export type { Locale } from './messages/catalogue.js';
export {
  createOtp,
  generateApiKey,
  generateSecretKey,
  type Otp,
  type OtpOptions,
} from './otp.js';
export type { Clock, Logger, Message, ReadClaims, Receipt, ShouldSend, Store, Transport } from './ports.js';
export type {
  HumanCheckRequired,
  InvalidIdentity,
  IssuedToken,
  RateLimited,
  RequestOptions,
  RequestResult,
  Sent,
  Valid,
  Verified,
  VerifyOptions,
  VerifyResult,
} from './results.js';
export type { TokenClaims } from './tokens/claims.js';
export type { TokenAlgorithm } from './tokens/keys.js';
export type { TokenCheck } from './tokens/tokens.js';
