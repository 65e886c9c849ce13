import type { CodeAlphabet } from './base32-code.js';

/** What a store says of itself. */
export interface StoreTraits {
  /** What the codes of its records are made of. Default: digits. */
  readonly codeAlphabet?: CodeAlphabet | undefined;
  /**
   * It keeps no records: challenges carry them, and nothing can be revoked. The service then passes what it opens as `sealed`.
   * Default false.
   */
  readonly isStateless?: boolean | undefined;
  /**
   * Its `open` counts what the request names as `spending`, and its `attempt` what it names as `hit`, in the same step. Other
   * stores are asked for these first. Default false.
   */
  readonly countsTogether?: boolean | undefined;
  /** Its codes are those of windows of time, with neither records nor challenges. Default false. */
  readonly isWindowed?: boolean | undefined;
}
