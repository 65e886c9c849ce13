import type {
  RequestOptions,
  RequestResult,
  Valid,
  Verified,
  VerifyOptions,
  VerifyResult,
} from './results.js';
import { createOperator, type Operator } from './service/operator.js';
import { createParts, type ServiceOptions } from './service/parts.js';
import { createRequest } from './service/request.js';
import { createVerify } from './service/verify.js';

/**
 * Identities and codes may be anything: they are checked here, and outcomes that people can cause are returned as values.
 * Both methods reject with RangeError for a purpose that is not configured, and with the OtpError `store_unavailable` when
 * the store does not answer; nothing has been decided then.
 */
export interface Service<Success extends Verified = Valid> {
  request(identity: unknown, options?: RequestOptions): Promise<RequestResult>;
  verify(identity: unknown, code: unknown, options?: VerifyOptions): Promise<VerifyResult<Success>>;
  /** What operators do for one identity. */
  operator: Operator;
}

/** Runs the protocol. Nothing else decides whether a request or a verify succeeds. */
export function createService(options: ServiceOptions): Service<Verified | Valid> {
  const parts = createParts(options);
  return { request: createRequest(parts), verify: createVerify(parts), operator: createOperator(parts) };
}
