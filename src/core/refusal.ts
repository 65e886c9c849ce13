/**
 * Why a message was not accepted. `timeout` and `unknown` mean that it may have been accepted after all;
 * every other category is a definite refusal.
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
 * Whom a refusal affects, and so what follows from it (docs/decisions/0029).
 * - `recipient`: this recipient alone. No other transport is asked, and nobody else is delayed.
 * - `account`: the account, the sender, the message or a whole country. The next transport is asked.
 * - `connection`: everybody. The next transport is asked, and a few of these open the breaker.
 */
export const faults = ['recipient', 'account', 'connection'] as const;
export type Fault = (typeof faults)[number];

/** What a category means by itself, where a receipt names no fault. */
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

/** Whether the message was certainly not accepted, so that another try repeats nothing. */
export function isDefinite(category: RefusalCategory): boolean {
  return category !== 'timeout' && category !== 'unknown';
}

/** Transports are written by others: an answer may be anything. */
export function isReceipt(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false;
  if (answer.ok !== false) return answer.ok === true;
  return 'category' in answer && refusalCategories.some((category) => category === answer.category);
}
