import type { CodeAlphabet } from './core/base32-code.js';
import type { DerivedFrom, OwnerTags } from './core/derivation.js';
import type { ExpiredCause } from './core/expired-cause.js';
import type { DaySpending, ReturnedSend } from './core/ladder.js';
import type { Channel, LimitName, ResendPolicy } from './core/policy.js';
import type { SealedRecord } from './core/sealed-challenge.js';
import type { LimitedHit, RollingLimit, SpendRequest } from './count-verbs.js';

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

/** Whose budget a call counts against: that of strangers, or that of the browsers that have proven to be the owner's. */
export type Side = 'unknown' | 'known';

/** Addresses a pending record. Tags are keyed hashes: a store never sees an identity. */
export interface RecordKey extends OwnerTags {
  /** Tag of the identity and the purpose: names its pending records. */
  recordTag: string;
  /** Id of a bound record; without it, the one unbound record. */
  challenge?: string | undefined;
  /** What the challenge carries, for a stateless store; undefined for an invalid one. */
  sealed?: SealedRecord | undefined;
  /**
   * The side that the caller is on: its sends and verifies count there. A record stays on the side that opened it, and guesses
   * count on the side of their record. Default `unknown`.
   */
  side?: Side | undefined;
}

/**
 * The budget of guesses. A short code gets what is left of it after all guesses and the attempts that other live short codes
 * of the same side still have. When that is too little, the new code is long.
 */
export interface Lengthening {
  /** Guesses at short codes in one period; 0: any number, and all codes are short; below 0: all are long. */
  after: number;
  /** Of a long code. */
  digits: number;
  /** Of a long code. */
  maxAttempts: number;
  /** How long a period is, from its first guess. */
  memorySeconds: number;
}

/** Keys whose codes can be derived; the first one makes new codes. A record of any other key counts as expired. */
export type KeyIds = readonly [current: string, ...previous: string[]];

export interface OpenRequest extends RecordKey {
  /** Whether a human check was passed. Default false. */
  isChecked?: boolean;
  /** Create a bound record, as always on the known side. With a `challenge`: send the code of that record again. */
  bind: boolean;
  /** Random id for a new record: 16 bytes as base64url. */
  newChallenge: string;
  keyIds: KeyIds;
  channel: Channel;
  digits: number;
  windowSeconds: number;
  maxAttempts: number;
  resend: ResendPolicy;
  cooldownSeconds: number;
  /** A record with less than this of its life left is replaced, as under `rotate`. */
  staleSeconds: number;
  sends: RollingLimit;
  lengthening: Lengthening;
  /** Decoy record: nothing is sent for it, and every verify fails. Recomputed on each resend. */
  mute: boolean;
  /** Default: sends are not counted over a day. */
  day?: DaySpending | undefined;
  /**
   * Counted first, as `spend` would. When the record is refused, only the `hit` stays counted. Only for a store that
   * `countsTogether`.
   */
  spending?: SpendRequest | undefined;
}

/** The inputs of a pending code. */
export interface PendingRecord extends DerivedFrom {
  /** Of the last send. */
  channel: Channel;
  /** Of every send of this code, without duplicates. Default: `channel` only. */
  channels?: readonly Channel[];
  mute: boolean;
  /** From a stateless store: what the challenge has to carry. From one with windows: all records that may be meant. */
  sealed?: SealedRecord | undefined;
  alternatives?: readonly PendingRecord[] | undefined;
}

export type OpenResult =
  | {
      status: 'opened';
      record: PendingRecord;
      /** Identifies this send, for `release`. */
      sendId: string;
      /** Remaining life of the code. */
      ttlMs: number;
      /** Time until the next send is possible. */
      resendInMs: number;
      /** What would have been refused, if `day` does not refuse. */
      exceeded?: LimitName | undefined;
    }
  | { status: 'expired' }
  | { status: 'blocked' | 'pending'; retryAfterMs: number }
  | {
      status: 'limited';
      limit: LimitName;
      retryAfterMs: number;
      /** Whether `isChecked` would let the request through. Default false. */
      isHelpedByCheck?: boolean;
    };

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
  /** Limits attempts on unbound records only. */
  verifies: RollingLimit;
  lengthening: Lengthening;
  /** To be counted first, as by `hit`; it stays counted. Only for a store that `countsTogether`. */
  hit?: LimitedHit | undefined;
}

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
  /** `cause` is for the log. */
  | { status: 'expired'; cause?: ExpiredCause | undefined }
  | { status: 'blocked'; retryAfterMs: number }
  /** `limit`: that of `hit` if it refused. Default: of the identity. */
  | { status: 'limited'; retryAfterMs: number; limit?: LimitName | undefined };

export interface ConsumeRequest extends RecordKey {
  /** The challenge of the record that `attempt` returned. */
  recordChallenge: string;
  /** The id that `attempt` was given. An attempt that was taken back consumes nothing. */
  attemptId?: string | undefined;
}

/** The `challenge` is that of the attempt. */
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

export interface ReleaseRequest extends RecordKey {
  /** The challenge of the record that `open` returned. */
  recordChallenge: string;
  sendId: string;
  /** Refused sends of this side that are given back. */
  limits: readonly RollingLimit[];
}

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
