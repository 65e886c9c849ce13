export interface ExchangeRequest {
  /** Id of the family: the tokens that descend from one sign-in, each replacing the one before. */
  family: string;
  /** Hash of the presented token; null starts the family. */
  presented: string | null;
  /** Hash of the token that replaces it, possibly the same; null ends the family, whatever is presented. */
  next: string | null;
  /** Life of a new family; an exchange does not extend it. */
  ttlSeconds: number;
}

/** `reused`: not the current token of the family, which has been ended. `unknown`: no such family. */
export type ExchangeResult = 'exchanged' | 'reused' | 'unknown';
