import { isCountry } from '../core/identity.js';
import {
  assertName,
  bindings,
  defaultNamespace,
  driftToleranceRange,
  nameForm,
  namePattern,
  policyNumbers,
  resendPolicies,
  signInPurpose,
} from '../core/policy.js';
import { choice, flag, from, names, text, wholeNumber } from './row.js';

export const codeOptions = {
  /** Length of a code, 4 to 10. Default 6. */
  digits: from('OTP_DIGITS', wholeNumber(policyNumbers.digits)),
  /** Allow fewer than 6 digits in production. */
  OTP_ALLOW_SHORT_CODES: flag(false),
  /** Life of a code in seconds, 30 to 600. Default 300. */
  windowSeconds: from('OTP_WINDOW_SECONDS', wholeNumber({ ...policyNumbers.windowSeconds, unit: 'seconds' })),
  /**
   * `challenge`: a code exists because someone asked for it. `window`: every identity has a code at any time, which needs no
   * store to verify, works more than once and can be guessed before anyone asks for it. Default `challenge`.
   */
  mode: from('OTP_MODE', choice(['challenge', 'window'], 'challenge')),
  /** Allow the `mode` `window`, in which codes exist that nobody has asked for. Default false. */
  allowUnrequestedCodes: from('OTP_ALLOW_UNREQUESTED_CODES', flag(false)),
  /** Windows before and after the current one whose codes are accepted, 0 to 10; with the `mode` `window` at least 1. Default 1. */
  driftTolerance: from('OTP_DRIFT_TOLERANCE', wholeNumber(driftToleranceRange)),
  /** Attempts per code, 1 to 100. Default 5. */
  maxAttempts: from('OTP_MAX_ATTEMPTS', wholeNumber(policyNumbers.maxAttempts)),
  /**
   * What a second request does: send the same code again, make a new one, or refuse until the first has expired.
   * Default `reuse`.
   */
  resend: from('OTP_RESEND', choice(resendPolicies, 'reuse')),
  /** Minimum time between two sends to one identity in seconds, 0 to 600. Default 0. */
  resendCooldownSeconds: from(
    'OTP_RESEND_COOLDOWN_SECONDS',
    wholeNumber({ ...policyNumbers.resendCooldownSeconds, unit: 'seconds' }),
  ),
  /** `challenge` binds every code to the challenge that its request returned. Default `identity`. */
  binding: from('OTP_BINDING', choice(bindings, 'identity')),
  /** Guesses at short codes of one identity in 46 days; when fewer than three are left, new ones are long. 0 (never) to 1000. Default 10. */
  lengthenAfter: from('OTP_LENGTHEN_AFTER', wholeNumber(policyNumbers.lengthenAfter)),
  /** Length of a long code, 4 to 10 and at least `digits`. Default 10. */
  longDigits: from('OTP_LONG_DIGITS', wholeNumber(policyNumbers.longDigits)),
  /** What codes may be for; the first is used when a request names none. Default `['sign-in']`. */
  purposes: from('OTP_PURPOSES', names([signInPurpose])),
  /** The application or tenant; namespaces share no codes, tokens or limits. Default `default`. */
  namespace: from('OTP_NAMESPACE', {
    ...text(nameForm, namePattern, defaultNamespace),
    check: (value, name) => assertName(name, value),
  }),
  /** ISO 3166-1 alpha-2 code of the country that phone numbers without `+` belong to. Default: none, `+` is required. */
  defaultCountry: from('OTP_DEFAULT_COUNTRY', text('an ISO 3166-1 alpha-2 code such as `DE`', isCountry)),
};
