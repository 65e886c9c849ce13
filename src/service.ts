import type { Keys } from './core/keys.js';
import type { Policy } from './core/policy.js';
import type { TestIdentities } from './core/test-identities.js';
import type {
  Clock,
  Delivery,
  Grant,
  IssuedToken,
  LinkTarget,
  Logger,
  Random,
  ReadClaims,
  Render,
  Store,
} from './ports.js';
import type { RequestOptions, RequestResult, VerifyOptions, VerifyResult } from './results.js';
import { createCommon } from './service/common.js';
import { createRequest } from './service/request.js';
import { createVerify } from './service/verify.js';

export interface ServiceOptions {
  policy: Policy;
  keys: Keys;
  store: Store;
  delivery: Delivery;
  logger: Logger;
  issueToken(grant: Grant): Promise<IssuedToken>;
  /** Asked before a code is used up, so that a failure here costs an attempt only. Default: no further claims. */
  readClaims?: ReadClaims | undefined;
  render: Render;
  /** Makes the links that stand beside codes; without it there are none. */
  createLink?: ((target: LinkTarget) => string) | undefined;
  random: Random;
  /** Under which national phone numbers are read. */
  defaultCountry?: string | undefined;
  testIdentities: TestIdentities;
  /** Whether a code may be sent; others get the same answers and no code. Default: to everybody. */
  shouldSend?: ShouldSend | undefined;
  /** The time of this machine; decides only when a test identity ends. */
  clock: Clock;
}

/** Whether this canonical identity may be sent a code for this purpose. */
export type ShouldSend = (identity: string, purpose: string) => boolean | Promise<boolean>;

/**
 * Identities and codes are checked here, so they may be anything; what people can cause comes back as a value.
 * Both reject with RangeError for a purpose that is not configured, and with the OtpError `store_unavailable`
 * when the store cannot answer: nothing was decided then.
 */
export interface Service {
  request(identity: unknown, options?: RequestOptions): Promise<RequestResult>;
  verify(identity: unknown, code: unknown, options?: VerifyOptions): Promise<VerifyResult>;
}

/** Runs the protocol. Nothing else decides when a request or a verify succeeds. */
export function createService(parts: ServiceOptions): Service {
  const common = createCommon(parts);
  return { request: createRequest(parts, common), verify: createVerify(parts, common) };
}
