/**
 * Why a message was not accepted. After `timeout` and `unknown` it may have been accepted all the same; every other
 * category is a definite refusal.
 */
export const refusalCategories = [
  'invalid_recipient',
  'rejected',
  'unauthorized',
  'rate_limited',
  'unavailable',
  'timeout',
  'unknown',
] as const;
export type RefusalCategory = (typeof refusalCategories)[number];

/**
 * Whom a refusal affects, which decides what happens next (docs/decisions/0029).
 * - `recipient`: this recipient only. No other transport is tried, and nobody else is delayed.
 * - `account`: the account, the sender, the message or a whole country. The next transport is tried.
 * - `connection`: everyone. The next transport is tried, and a few of these open the circuit breaker.
 */
export const faults = ['recipient', 'account', 'connection'] as const;
export type Fault = (typeof faults)[number];

/** Defaults for receipts that name no fault. */
const faultsByCategory: Readonly<Record<RefusalCategory, Fault>> = {
  invalid_recipient: 'recipient',
  rejected: 'account',
  unauthorized: 'account',
  rate_limited: 'account',
  unavailable: 'connection',
  timeout: 'connection',
  unknown: 'connection',
};

export function faultOf({
  category,
  fault,
}: {
  category: RefusalCategory;
  fault?: Fault | undefined;
}): Fault {
  return fault ?? faultsByCategory[category];
}

/** Whether the message was certainly not accepted, so that a retry cannot send it twice. */
export function isDefinite(category: RefusalCategory): boolean {
  return category !== 'timeout' && category !== 'unknown';
}

/** Third-party transports may return anything. */
export function isReceipt(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false;
  if (answer.ok !== false) return answer.ok === true;
  return 'category' in answer && refusalCategories.some((category) => category === answer.category);
}
