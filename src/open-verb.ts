import type { DerivedFrom, OwnerTags } from './core/derivation.js';
import type { DaySpending } from './core/ladder.js';
import type { Channel, LimitName, ResendPolicy } from './core/policy.js';
import type { SealedRecord } from './core/sealed-challenge.js';
import type { RollingLimit, SpendRequest } from './count-verbs.js';

/** Whose budget a call counts against: that of strangers, or that of the browsers that have proven to be the owner's. */
export type Side = 'unknown' | 'known';

/** Addresses a pending record. Tags are keyed hashes: a store never sees an identity. */
export interface RecordKey extends OwnerTags {
  /** Tag of the identity and the purpose: names its pending records. */
  recordTag: string;
  /**
   * Id of a bound record; undefined: the one unbound record. An empty string is an id that no record has, so it never finds the
   * unbound one.
   */
  challenge?: string | undefined;
  /** What the challenge carries, for a stateless store; undefined for an invalid one. */
  sealed?: SealedRecord | undefined;
  /**
   * The side of the caller. Sends and verifies count there. A new record belongs to it, even if it replaces one of the other side.
   * Guesses count on the side of their record. Default `unknown`.
   */
  side?: Side | undefined;
}

/**
 * The budget of guesses, by which `open` decides how long a new code is and how many attempts it has. A record keeps both.
 *
 * The room is `after`, minus the guesses that count on this side of the budget, minus the attempts left of its other live short
 * codes, of all purposes and aliases, bound ones too. The code that is replaced is not among these, nor one whose sends were all
 * released, nor one that was made while `after` was 0.
 *
 * - A room of at least `fewestShortAttempts` of `core/policy.ts` (3), or of `maxAttempts` of the request if that is lower: the code
 *   is short. It has the `digits` of the request, and as many attempts as the room, at most `maxAttempts`.
 * - Less room: the code is long. It has the `digits` here if these are more, and the `maxAttempts` here if these are fewer.
 * - `after` is 0: the code has the `digits` of the request. It has `maxAttempts`, or the attempts left of the live record that it
 *   replaces if these are fewer: used attempts stay used.
 *
 * Only attempts at short codes are guesses, and none are where `after` was 0 when the code was made.
 */
export interface Lengthening {
  /** Guesses at short codes in one period; 0: any number, and no code is long; below 0: all are long. */
  after: number;
  /** Of a long code. */
  digits: number;
  /** Of a long code. */
  maxAttempts: number;
  /** How long a period is, from its first guess; then all its guesses are forgotten together. */
  memorySeconds: number;
}

/**
 * Keys whose codes can be derived; the first one makes new codes. A record of any other key cannot be verified: for `attempt` it
 * has expired, and `open` replaces it.
 */
export type KeyIds = readonly [current: string, ...previous: string[]];

/**
 * Asks for a send of the record that is named: a bound one by `challenge`, otherwise the unbound one. A new bound record, by
 * `bind` or the known side without a `challenge`, replaces no other.
 *
 * A live record is sent again as it is but for its channel and `mute`: same code, attempts and end. A new one, of `newChallenge`,
 * replaces it, and it works no more:
 *
 * - under `rotate`;
 * - when less than `staleSeconds` of its life are left;
 * - when it cannot be verified any more, whatever `resend` says: it is out of attempts, all its sends were released, or its key
 *   is not among `keyIds`. The exceptions are under `blocked` of `OpenResult`.
 *
 * A bound record that is replaced becomes a bound record with the new challenge as its id.
 */
export interface OpenRequest extends RecordKey {
  /**
   * Create a bound record, which the known side gets without this too. With a `challenge`: send the code of that record again.
   */
  bind: boolean;
  /** Random id for a new record: 16 bytes as base64url. */
  newChallenge: string;
  keyIds: KeyIds;
  channel: Channel;
  /** Of a short code, see `Lengthening`. */
  digits: number;
  /** Life of a new record from now; also the length of the windows that `PendingRecord` numbers. */
  windowSeconds: number;
  /** The most attempts that a new record has, see `Lengthening`. */
  maxAttempts: number;
  /** `refuse`: a record that can be verified is not sent again, and the answer is `pending`. */
  resend: ResendPolicy;
  /** Time between two sends that count for `sends`. Never longer than its period. */
  cooldownSeconds: number;
  /** A record with less than this of its life left is replaced, as under `rotate`. */
  staleSeconds: number;
  /** Counts, like the cooldown, the sends of a budget on one side: of all purposes and aliases, bound or not. */
  sends: RollingLimit;
  lengthening: Lengthening;
  /** Decoy record: nothing is sent for it, and every verify fails. Recomputed on each resend. */
  mute: boolean;
  /** Only for a store with `spend`. Default: sends are not counted over a day. */
  day?: DaySpending | undefined;
  /**
   * Counted first, as `spend` would. When the record is refused, only the `hit` stays counted. Only for a store that
   * `countsTogether`.
   */
  spending?: SpendRequest | undefined;
}

/** The inputs of a pending code. */
export interface PendingRecord extends DerivedFrom {
  /**
   * Number of the window in which the record was made: its unix time in seconds by the store's clock, divided by `windowSeconds`
   * and rounded down. Kept when the code is sent again. The record lives on after the window.
   */
  window: number;
  /** Of the last send. */
  channel: Channel;
  /** Of every send of this code, without duplicates. Default: `channel` only. */
  channels?: readonly Channel[];
  mute: boolean;
  /** From a stateless store: what the challenge has to carry. From one with windows: all records that may be meant. */
  sealed?: SealedRecord | undefined;
  alternatives?: readonly PendingRecord[] | undefined;
}

/** The refusals are checked in the order `expired`, `blocked`, `pending`, `limited`; the last by cooldown, `sends` and `day`. */
export type OpenResult =
  | {
      status: 'opened';
      record: PendingRecord;
      /** Identifies this send, for `release` and `note`. Unique within its side of the budget. */
      sendId: string;
      /** Remaining life of the code. */
      ttlMs: number;
      /**
       * Time until the next send is possible, this one counted: the longest of the cooldown, the time until `sends` has room, under
       * `refuse` the life of the code, and the time until `day` has room if it refuses and a check would not help.
       */
      resendInMs: number;
      /** What would have been refused, if `day` does not refuse. */
      exceeded?: LimitName | undefined;
    }
  /** No live record has the `challenge` of the request. */
  | { status: 'expired' }
  /**
   * Until the end of the record. `blocked`: it is out of attempts, and either `after` of `lengthening` is 0, or it has sends that
   * were not released and `resend` is `refuse`. `pending`: it can be verified, and `resend` is `refuse`.
   */
  | { status: 'blocked' | 'pending'; retryAfterMs: number }
  | {
      status: 'limited';
      /** `cooldown`, `request_identity` for `sends`, `request_day` or `request_network` for `day`, or what `spending` names. */
      limit: LimitName;
      retryAfterMs: number;
      /**
       * Whether a human check would let the request through: `day` is on its first step, the caller can be asked, and the second
       * step has room. Default false.
       */
      isHelpedByCheck?: boolean;
    };
