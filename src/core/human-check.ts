/** Who decides whether a caller is human: `altcha` is a puzzle from this service, `turnstile` is Cloudflare. */
export const humanCheckProviders = ['altcha', 'turnstile'] as const;
export type HumanCheckProvider = (typeof humanCheckProviders)[number];

/** What a check is asked for; its solution is of no use for anything else. */
export interface HumanCheckContext {
  budgetTag: string;
  /** The caller's network, or the empty string if it is unknown. */
  network: string;
  purpose: string;
  /** Whose limit is reached, which decides how long a puzzle takes. */
  pressure: 'none' | 'address' | 'identity';
  /** The caller's address, if it is a person's. */
  ip?: string | undefined;
}

/** A puzzle in the format of ALTCHA, version 2: find a counter whose derived key begins with `keyPrefix`. */
export interface AltchaChallenge {
  parameters: {
    algorithm: string;
    nonce: string;
    salt: string;
    cost: number;
    keyLength: number;
    keyPrefix: string;
    /** Unix seconds. */
    expiresAt: number;
    data: { context: string; difficulty: number };
  };
  signature: string;
}

export type HumanCheckChallenge =
  | { provider: 'altcha'; challenge: AltchaChallenge }
  | { provider: 'turnstile'; siteKey: string };

/** Slows down programs that send many requests. A speed bump: it proves nothing about who is there. */
export interface HumanCheck {
  provider: HumanCheckProvider;
  ask(context: HumanCheckContext): Promise<HumanCheckChallenge>;
  /**
   * Whether this is a solution for this context, used for the first time. Count the caller's address limit before you call
   * it. Rejects with the OtpError `store_unavailable` or `overloaded` when nothing could be decided.
   */
  passes(solution: string, context: HumanCheckContext): Promise<boolean>;
}

/** The longest solution that is accepted, in characters: the maximum of a Turnstile token. */
export const maxSolutionLength = 2048;
