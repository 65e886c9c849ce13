import type { CodeAlphabet } from './core/base32-code.js';
import type { OwnerTags } from './core/derivation.js';
import type { ExpiredCause } from './core/expired-cause.js';
import type { ReturnedSend } from './core/ladder.js';
import type { LimitName } from './core/policy.js';
import type { LimitedHit, RollingLimit } from './count-verbs.js';
import type { KeyIds, Lengthening, PendingRecord, RecordKey, Side } from './open-verb.js';

export type * from './open-verb.js';

/** What every store must answer, besides `close`. */
export const storeVerbs = [
  'open',
  'attempt',
  'consume',
  'release',
  'hit',
  'claim',
  'claimed',
  'exchange',
  'ping',
] as const;

/** What a store may leave out, see `Store`. */
export const optionalVerbs = ['retract', 'clear', 'ended', 'inspect', 'note', 'spend', 'refund'] as const;

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

/** A sign-in, with the sends of its record that were counted over a day. */
export interface ConsumedRecord {
  authTimeSeconds: number;
  sends: readonly ReturnedSend[];
}

export interface AttemptRequest extends RecordKey {
  /** Random id, by which the attempt can be taken back and is consumed. Without it, it can only be consumed. */
  attemptId?: string | undefined;
  keyIds: KeyIds;
  /** Attempts that a code has and its length, for a store without records. */
  maxAttempts?: number | undefined;
  digits?: number | undefined;
  /** Limits attempts on unbound records only: those of the budget, by callers of this side, of all purposes and codes. */
  verifies: RollingLimit;
  lengthening: Lengthening;
  /** To be counted first, as by `hit`; it stays counted. Only for a store that `countsTogether`. */
  hit?: LimitedHit | undefined;
}

/** The refusals are checked in the order `expired`, `blocked`, `limited`, after `hit`. */
export type AttemptResult =
  | {
      status: 'counted';
      record: PendingRecord;
      attemptsLeft: number;
      /** The side of the record. Default `unknown`. */
      side?: Side | undefined;
      /** When the record expires, by the store's clock. */
      expiresAtMs?: number | undefined;
      /** The argument of `note` for the last send; null if there was none. Default: unknown. */
      note?: string | null | undefined;
    }
  /** There is no live record, its key is not among `keyIds`, or all its sends were released. `cause` is for the log. */
  | { status: 'expired'; cause?: ExpiredCause | undefined }
  /** It is out of attempts, until its end. */
  | { status: 'blocked'; retryAfterMs: number }
  /** `limit`: that of `hit` if it refused. Default: of the identity. */
  | { status: 'limited'; retryAfterMs: number; limit?: LimitName | undefined };

export interface ConsumeRequest extends RecordKey {
  /** The challenge of the record that `attempt` returned. */
  recordChallenge: string;
  /**
   * The id that `attempt` was given. An attempt that was taken back consumes nothing. Of several right attempts at an unbound
   * record, each takes its own guess back, on the side that holds it, though only one consumes the record. Without it, the winner
   * gets one guess at the record back.
   */
  attemptId?: string | undefined;
}

/**
 * The `challenge` and the `side` are those of the attempt. Its verify is taken back, and its guess unless the period of that is over
 * or its bound record is gone: consuming that gave all guesses back. The record gets the attempt back if it is still there, not
 * replaced, and no guess at it stays counted for this attempt.
 */
export interface RetractRequest extends RecordKey {
  attemptId: string;
}

export interface ClearRequest extends OwnerTags {
  /** End the pending records of exactly this identity. */
  records: boolean;
  /**
   * Forget the sends, verifies and guesses that were counted, on both sides and for all aliases. Records that are out of
   * attempts end: the next request gets a code that works.
   */
  counts: boolean;
  /** End every sign-in until now, and remember that for this long; 0: none. */
  signOutSeconds: number;
}

/** How many pending records ended. */
export interface ClearResult {
  records: number;
}

export interface NoteRequest extends RecordKey {
  /** The challenge of the record that `open` returned. */
  recordChallenge: string;
  sendId: string;
  note: string;
  /** How long to keep it, at least. */
  keepSeconds: number;
}

export interface EndedRequest extends OwnerTags {
  /** Keys of `claim`. */
  names: readonly string[];
  /** What `consume` returned for the sign-in. */
  authTimeSeconds: number;
  /** How long the sign-in counts. One that is older has ended, and so has one from the future. Default: without end. */
  ttlSeconds?: number | undefined;
}

/**
 * The send counts for neither the limit of sends nor the cooldown any more. A record all of whose sends were released cannot be
 * verified until it is sent again, and that makes a new code. Other records are not touched: a release may come late.
 */
export interface ReleaseRequest extends RecordKey {
  /** The challenge of the record that `open` returned. */
  recordChallenge: string;
  sendId: string;
  /** Refused sends of this side of the budget that are given back. When one of these limits is reached, nothing changes. */
  limits: readonly RollingLimit[];
}

export interface ExchangeRequest {
  /** Id of the family: the tokens that descend from one sign-in, each replacing the one before. */
  family: string;
  /** Hash of the presented token; null starts the family, or starts it again. */
  presented: string | null;
  /**
   * Hash of the token that replaces it, possibly the same. Null ends the family, whatever is presented. The answer is then
   * `exchanged`, or `unknown` if there is no such family.
   */
  next: string | null;
  /** Life of a new family; an exchange does not extend it. */
  ttlSeconds: number;
}

/** `reused`: not the current token of the family, which has been ended. `unknown`: no such family. */
export type ExchangeResult = 'exchanged' | 'reused' | 'unknown';
