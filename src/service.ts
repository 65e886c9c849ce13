import { createDerivation } from './core/derivation.js';
import type { Keys } from './core/keys.js';
import type { Policy } from './core/policy.js';
import type { TestIdentities } from './core/test-identities.js';
import type {
  Clock,
  Delivery,
  IssueToken,
  Logger,
  MonotonicClock,
  Random,
  ReadClaims,
  Render,
  ShouldSend,
  Store,
} from './ports.js';
import type { RequestOptions, RequestResult, VerifyOptions, VerifyResult } from './results.js';
import { createAddressLimits } from './service/address-limits.js';
import { createOutcomeLog } from './service/outcome-log.js';
import { createRequest } from './service/request.js';
import { createTargetResolver } from './service/target.js';
import { createTestCodeFinder } from './service/test-codes.js';
import { createVerify } from './service/verify.js';
import { createMessageWriter, type LinkTarget } from './service/write-message.js';

export interface ServiceOptions {
  policy: Policy;
  keys: Keys;
  store: Store;
  delivery: Delivery;
  logger: Logger;
  issueToken: IssueToken;
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
  monotonicClock: MonotonicClock;
}

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
export function createService(options: ServiceOptions): Service {
  const { policy, keys, store, testIdentities, clock, defaultCountry } = options;
  const derivation = createDerivation(keys, policy.namespace);
  const findTestCode = createTestCodeFinder(testIdentities, clock);
  const parts = {
    ...options,
    derivation,
    resolveTarget: createTargetResolver({ policy, derivation, findTestCode, defaultCountry }),
    countAddress: createAddressLimits({ policy, derivation, store }),
    logOutcome: createOutcomeLog(options.logger),
  };
  const writeMessage = createMessageWriter(parts);
  return { request: createRequest({ ...parts, writeMessage }), verify: createVerify(parts) };
}
