import { maxDigits, minDigits } from './code.js';

/** What a second request does while a code is pending. */
export const resendPolicies = ['reuse', 'rotate', 'refuse'] as const;
export type ResendPolicy = (typeof resendPolicies)[number];

/** What a code is bound to: only the identity, or also the challenge that its request returned. */
export const bindings = ['identity', 'challenge'] as const;
export type Binding = (typeof bindings)[number];

/** What limits over a day do: refuse, only report what they would refuse, or nothing. */
export const dayBudgetModes = ['enforce', 'log', 'off'] as const;
export type DayBudgetMode = (typeof dayBudgetModes)[number];

export const channels = ['email', 'sms', 'whatsapp', 'voice', 'custom'] as const;
export type Channel = (typeof channels)[number];

export const limitNames = [
  'request_identity',
  'request_network',
  'request_day',
  'request_ip',
  'request_ip_day',
  'phone_prefix',
  'phone_country',
  'paid_day',
  'verify_identity',
  'verify_ip',
  'cooldown',
] as const;
export type LimitName = (typeof limitNames)[number];
/** Limits over a day that count for an identity. */
export type DayLimit = 'request_day' | 'request_network';

/** Whether the limits of phone prefixes and countries refuse, or only log. */
export const phoneGuards = ['enforce', 'observe'] as const;
export type PhoneGuard = (typeof phoneGuards)[number];

/** Whether an answer waits for the provider. */
export const deliveryModes = ['direct', 'background'] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

interface Range {
  min: number;
  max: number;
}

/** Bounds and defaults of every number in a policy; the configuration and its documentation read them too. */
export const policyNumbers = {
  digits: { min: minDigits, max: maxDigits, default: 6 },
  windowSeconds: { min: 30, max: 600, default: 300 },
  maxAttempts: { min: 1, max: 100, default: 5 },
  resendCooldownSeconds: { min: 0, max: 600, default: 0 },
  lengthenAfter: { min: 0, max: 1000, default: 10 },
  longDigits: { min: minDigits, max: maxDigits, default: 10 },
  requestIdentityMax: { min: 1, max: 1_000_000, default: 5 },
  verifyIdentityMax: { min: 1, max: 1_000_000, default: 10 },
  requestIpMax: { min: 0, max: 1_000_000, default: 50 },
  verifyIpMax: { min: 0, max: 1_000_000, default: 100 },
} as const satisfies Record<string, Range & { default: number }>;

/** The rules of one installation; the option of the same name documents each of them. */
export interface Policy extends Record<keyof typeof policyNumbers, number> {
  namespace: string;
  purposes: readonly string[];
  resend: ResendPolicy;
  binding: Binding;
}

/** Attempts at short codes that unknown browsers may have open in an hour. */
export const shortOpenRange = { min: 1, max: 100_000_000, default: 2000 };
/** Bounds of the messages on paid channels in a day. */
export const paidDayRange = { min: 1, max: 100_000_000 };

/** Bounds and default of the windows before and after its own in which the pure engine accepts a code. */
export const driftToleranceRange = { min: 0, max: 10, default: 1 };

export const daySeconds = 24 * 3600;
/** Rolling period of all limits. */
export const limitPeriodSeconds = 600;
/** The most often that one of them can be used up in a day. */
export const limitPeriodsPerDay = daySeconds / limitPeriodSeconds;
/** Refused sends that are given back, to one side of a budget. Further ones stay counted. */
export const refusedSends = [
  { max: 10, periodSeconds: limitPeriodSeconds },
  { max: 30, periodSeconds: daySeconds },
] as const;
/** How long guesses stay counted, from the first. */
export const guessMemorySeconds = 46 * daySeconds;
/** Without a budget of guesses, codes are always short, however many attempts at them are open. */
export function boundsShortCodes({ lengthenAfter }: Pick<Policy, 'lengthenAfter'>): boolean {
  return lengthenAfter > 0;
}

/** Attempts at a long code. */
export const longAttempts = 3;
/** When the budget of guesses has fewer left, or fewer than `maxAttempts`, a new code is long. */
export const fewestShortAttempts = 3;
/** With less than this left of its life (and less than a third), a pending code is not sent again. */
export const staleSeconds = 60;

export const defaultNamespace = 'default';
/** The default purpose. Only its tokens are sessions and open the gate; a code for a payment signs nobody in. */
export const signInPurpose = 'sign-in';
/** Namespaces and purposes. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const nameForm = '1 to 64 letters, digits, dots, hyphens or underscores';

/**
 * Fills in the defaults and checks every bound.
 *
 * @throws TypeError or RangeError that names the option, what was given and what is allowed
 */
export function createPolicy(options: Partial<Policy> = {}): Policy {
  const numbers = Object.fromEntries(
    Object.entries(policyNumbers).map(([name, range]) => {
      const value = options[name as keyof typeof policyNumbers] ?? range.default;
      assertWholeNumber(name, value, range);
      return [name, value];
    }),
  ) as Record<keyof typeof policyNumbers, number>;
  const {
    namespace = defaultNamespace,
    purposes = [signInPurpose],
    resend = 'reuse',
    binding = 'identity',
  } = options;
  assertOneOf('resend', resend, resendPolicies);
  assertOneOf('binding', binding, bindings);
  assertName('namespace', namespace);
  if (!Array.isArray(purposes) || purposes.length === 0)
    throw new TypeError('purposes must be a list of names');
  for (const purpose of purposes) assertName('purposes', purpose);
  if (numbers.longDigits < numbers.digits) {
    throw new RangeError(`longDigits must be at least digits (${numbers.digits}), got ${numbers.longDigits}`);
  }
  return { ...numbers, namespace, purposes, resend, binding };
}

/** @throws TypeError or RangeError that names the option, what was given and what is allowed */
export function assertWholeNumber(
  name: string,
  value: unknown,
  { min, max }: Range,
): asserts value is number {
  const allowed = `${name} must be a whole number from ${min} to ${max}`;
  if (typeof value !== 'number') throw new TypeError(`${allowed}, got ${typeof value}`);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${allowed}, got ${value}`);
}

/** @throws RangeError that names the option, what was given and what is allowed */
export function assertOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.some((one) => one === value))
    throw new RangeError(`${name} must be one of ${allowed.join(', ')}, got ${value}`);
}

/** @throws RangeError that names the option, what was given and what is allowed */
export function assertName(name: string, value: unknown): void {
  if (typeof value !== 'string' || !namePattern.test(value)) {
    throw new RangeError(`${name}: a name must be ${nameForm}, got ${value}`);
  }
}
