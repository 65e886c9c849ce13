import { type CodeInput, deriveCode, deriveTag, findWindow, parseCode } from './core/code.js';
import { deriveCodeMac, deriveIdentityMac } from './core/keys.js';
import { refuseUnknownOptions } from './core/known-options.js';
import {
  assertWholeNumber,
  defaultNamespace,
  driftToleranceRange,
  policyNumbers,
  signInPurpose,
} from './core/policy.js';
import { decodeSecret } from './core/secret.js';
import { listWindows, toWindow } from './core/window.js';

export interface EngineOptions {
  /** Master secret: at least 32 bytes, as bytes or base64. */
  secret: Uint8Array | string;
  /** The application or tenant. Default `default`. */
  namespace?: string;
  /** Length of a code, 4 to 10. Default 6. */
  digits?: number;
  /** Length of a window in seconds, 30 to 600. Default 300. */
  windowSeconds?: number;
  /** How many windows before and after the one of `at` are accepted, 0 to 10. Default 1. */
  driftTolerance?: number;
}

export interface CodeOptions {
  /** What the code is for. Default `sign-in`. */
  purpose?: string;
  /** Binds the code to these bytes (16 in the service). Default: none. */
  challenge?: Uint8Array;
  /** A Date or unix seconds. Default: now, by this machine's clock. */
  at?: Date | number;
}

export type EngineResult = { valid: true; window: number } | { valid: false };

export interface Engine {
  /** The code of this identity at this time, with leading zeros. */
  generate(identity: string, options?: CodeOptions): string;
  /** Whether `code` is the code of an accepted window, and of which one. */
  verify(identity: string, code: string, options?: CodeOptions): EngineResult;
  /** The keyed hash under which the service stores data about this identity: 22 characters of base64url. */
  identityTag(identity: string, options?: Pick<CodeOptions, 'purpose'>): string;
}

const noChallenge = new Uint8Array(0);

/**
 * Only the arithmetic: codes from a secret, an identity and the time. It keeps no state, so a code works more than once,
 * guesses are not limited, and every code exists whether or not it was requested. Use `createOtp` unless you provide
 * those guarantees yourself.
 *
 * Identities are used as given: `Alice@example.com` and `alice@example.com` have different codes.
 *
 * @throws TypeError or RangeError for invalid options
 * @example
 * import { createEngine } from 'stateless-otp/engine';
 * const engine = createEngine({ secret: process.env.OTP_SECRET_KEY! });
 * const code = engine.generate('alice@example.com');
 * engine.verify('alice@example.com', code); // { valid: true, window: 5984300 }
 */
export function createEngine(options: EngineOptions): Engine {
  refuseUnknownOptions(options, ['secret', 'namespace', 'digits', 'windowSeconds', 'driftTolerance']);
  const {
    namespace = defaultNamespace,
    digits = policyNumbers.digits.default,
    windowSeconds = policyNumbers.windowSeconds.default,
    driftTolerance = driftToleranceRange.default,
  } = options;
  const secret = decodeSecret(options.secret, 'secret');
  assertString(namespace, 'namespace');
  assertWholeNumber('digits', digits, policyNumbers.digits);
  assertWholeNumber('windowSeconds', windowSeconds, policyNumbers.windowSeconds);
  assertWholeNumber('driftTolerance', driftTolerance, driftToleranceRange);
  const codeMac = deriveCodeMac(secret);
  const identityMac = deriveIdentityMac(secret);

  function resolveInput(
    identity: string,
    { purpose = signInPurpose, challenge = noChallenge, at }: CodeOptions,
  ): CodeInput {
    assertString(identity, 'identity');
    assertString(purpose, 'purpose');
    if (!(challenge instanceof Uint8Array)) throw new TypeError('challenge must be bytes');
    const window = toWindow(toUnixSeconds(at), windowSeconds);
    return { namespace, purpose, identity, challenge, window, digits };
  }

  return {
    generate: (identity, options = {}) => deriveCode(codeMac, resolveInput(identity, options)),

    verify(identity, code, options = {}) {
      const input = resolveInput(identity, options);
      const typed = parseCode(code) ?? '';
      const match = findWindow(codeMac, input, listWindows(input.window, driftTolerance), typed);
      return match === null ? { valid: false } : { valid: true, window: match };
    },

    identityTag(identity, { purpose = signInPurpose } = {}) {
      assertString(identity, 'identity');
      assertString(purpose, 'purpose');
      return deriveTag(identityMac, { namespace, purpose, identity });
    },
  };
}

function toUnixSeconds(at: Date | number = Date.now() / 1000): number {
  const seconds = at instanceof Date ? at.getTime() / 1000 : at;
  if (typeof seconds !== 'number') throw new TypeError('at must be a Date or unix seconds');
  if (!(seconds >= 0 && seconds < 2 ** 48))
    throw new RangeError(`at must be a time from 1970 on, got ${seconds}`);
  return seconds;
}

function assertString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${typeof value}`);
  // A lone surrogate has no UTF-8 encoding, so different strings would have the same code.
  if (!value.isWellFormed()) throw new RangeError(`${name} must be well-formed Unicode`);
}
