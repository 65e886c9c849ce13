/**
 * Why a message was not accepted. After `timeout` and `unknown` it may have been accepted anyway; every other
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
 * Who is affected by a refusal, which decides what happens next (docs/decisions/0029).
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

export function faultOf({ category, fault }: Pick<Refusal, 'category' | 'fault'>): Fault {
  return fault ?? faultsByCategory[category];
}

/** Whether the message was certainly not accepted, so that a retry cannot send it twice. */
export function isDefinite(category: RefusalCategory): boolean {
  return category !== 'timeout' && category !== 'unknown';
}

/** Whether a transport returned a refusal that can be judged. */
export function isRefusal(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== false) return false;
  return 'category' in answer && refusalCategories.some((category) => category === answer.category);
}

/** What a provider's answer means: a category, and a fault where the category alone does not determine it. */
export type Meaning = RefusalCategory | readonly [RefusalCategory, Fault];

export interface Refusal {
  ok: false;
  category: RefusalCategory;
  /** Who is affected. Default: by category; `recipient` for `invalid_recipient` only. */
  fault?: Fault | undefined;
  /** Whether this transport may accept the same message later. */
  retryable: boolean;
  retryAfterSeconds?: number | undefined;
  /** Codes for the log; must not hold the recipient, the code or credentials. */
  detail: string;
  /** The same in words, and what to look at. Default: `detail`. */
  cause?: string | undefined;
}

export function createRefusal(
  meaning: Meaning,
  detail: string,
  { retryAfterSeconds, cause }: Pick<Refusal, 'retryAfterSeconds' | 'cause'> = {},
): Refusal {
  const [category, fault] = typeof meaning === 'string' ? ([meaning] as const) : meaning;
  const isFinal = category === 'invalid_recipient' || category === 'rejected' || category === 'unauthorized';
  return {
    ok: false,
    category,
    ...(fault === undefined || fault === faultOf({ category }) ? {} : { fault }),
    retryable: !isFinal,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    detail,
    ...(cause === undefined ? {} : { cause }),
  };
}
