import { createDerivation } from './core/derivation.js';
import type { Keys } from './core/keys.js';
import type { Policy } from './core/policy.js';
import type { TestIdentities } from './core/test-identities.js';
import type { Call } from './outcomes/outcome.js';
import type { Outcomes } from './outcomes/outcomes.js';
import type {
  Clock,
  Delivery,
  IssueToken,
  MonotonicClock,
  Random,
  ReadClaims,
  Render,
  ShouldSend,
  Store,
} from './ports.js';
import type { RequestOptions, RequestResult, VerifyOptions, VerifyResult } from './results.js';
import { createAddressLimits } from './service/address-limits.js';
import { createOperator, type Operator } from './service/operator.js';
import { createRequest } from './service/request.js';
import { createSendNotes } from './service/send-notes.js';
import { createTargetResolver } from './service/target.js';
import { createTestCodeFinder } from './service/test-codes.js';
import { createVerify } from './service/verify.js';
import { createMessageWriter, type LinkTarget } from './service/write-message.js';

export interface ServiceOptions {
  policy: Policy;
  keys: Keys;
  store: Store;
  delivery: Delivery;
  outcomes: Outcomes;
  issueToken: IssueToken;
  /** Ends every sign-in and pending code of a canonical identity; returns how many codes. */
  signOut(identity: string, call?: Call): Promise<number>;
  /** Called before the code is consumed, so that a failure here costs only an attempt. Default: no extra claims. */
  readClaims?: ReadClaims | undefined;
  render: Render;
  /** Creates the links in messages. Default: none. */
  createLink?: ((target: LinkTarget) => string) | undefined;
  random: Random;
  /** Country of phone numbers without `+`. */
  defaultCountry?: string | undefined;
  testIdentities: TestIdentities;
  /** Whether a code may be sent; anyone else gets the same answers and no code. Default: to everyone. */
  shouldSend?: ShouldSend | undefined;
  /** Decides only when a test identity ends. */
  clock: Clock;
  monotonicClock: MonotonicClock;
}

/**
 * Identities and codes may be anything: they are checked here, and outcomes that people can cause are returned as values.
 * Both methods reject with RangeError for a purpose that is not configured, and with the OtpError `store_unavailable` when
 * the store does not answer; nothing has been decided then.
 */
export interface Service {
  request(identity: unknown, options?: RequestOptions): Promise<RequestResult>;
  verify(identity: unknown, code: unknown, options?: VerifyOptions): Promise<VerifyResult>;
  /** What operators do for one identity. */
  operator: Operator;
}

/** Runs the protocol. Nothing else decides whether a request or a verify succeeds. */
export function createService(options: ServiceOptions): Service {
  const { policy, keys, store, testIdentities, clock, defaultCountry } = options;
  const derivation = createDerivation(keys, policy.namespace);
  const findTestCode = createTestCodeFinder(testIdentities, clock);
  const parts = {
    ...options,
    derivation,
    resolveTarget: createTargetResolver({ policy, derivation, findTestCode, defaultCountry }),
    countAddress: createAddressLimits({ policy, derivation, store }),
    findTestCode,
    sendNotes: createSendNotes(options),
  };
  const writeMessage = createMessageWriter(parts);
  return {
    request: createRequest({ ...parts, writeMessage }),
    verify: createVerify(parts),
    operator: createOperator(parts),
  };
}
