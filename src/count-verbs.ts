import type { Ladder } from './core/ladder.js';
import type { LimitName } from './core/policy.js';

/** At most `max` per rolling `periodSeconds`. */
export interface RollingLimit {
  max: number;
  periodSeconds: number;
}

/** The verbs of a store that count against limits that belong to no single identity. */
export interface CountVerbs {
  /**
   * Counts one hit against the rolling limit of `key` and that of `group`, if given: against both or neither. A refused
   * call changes nothing.
   */
  hit(key: string, limit: HitLimit, group?: HitGroup): Promise<HitResult>;
  /**
   * Counts one send against all of these rows, or none. A refused call changes nothing but the count of its `hit`. Optional,
   * together with `refund`: without them there are no limits over a day.
   */
  spend?(request: SpendRequest): Promise<SpendResult>;
  /** Gives back what `spend` has counted; the caller does so once. Never below zero. */
  refund?(request: RefundRequest): Promise<void>;
}

/** A count of sends over the rolling period of a ladder. */
export interface SpendRow {
  /** Named when it refuses. */
  limit: LimitName;
  /** Unique within the slot. */
  key: string;
  ladder: Ladder;
  /** Network of the caller, whose part is counted too. Default: networks do not count. */
  network?: string | undefined;
  /** Whether its figures grow with the best day that `refund` noted sign-ins of. Default false. */
  isGrowing?: boolean | undefined;
}

/** Different places that are sent to, of which the first `max` that still count need no check. */
export interface SpendPlace {
  limit: LimitName;
  key: string;
  place: string;
  max: number;
  periodSeconds: number;
}

export interface SpendRequest {
  /** Part of the keys of all these counts, and of the hit, so that a cluster keeps them on one server. */
  slot: string;
  rows: readonly SpendRow[];
  place?: SpendPlace | undefined;
  /** How much to count. Default: one send. */
  units?: number | undefined;
  /** Whether the figures of the second step hold. */
  isOnSecondStep: boolean;
  /** Whether they refuse; otherwise everything is counted, and the answer says what would have been refused. */
  isEnforced: boolean;
  /** A call of `hit` that comes first, and stays counted when a row refuses. */
  hit?: LimitedHit | undefined;
}

/** What `hit` is asked for, and the limit that is named when it refuses. */
export interface LimitedHit {
  limitName: LimitName;
  key: string;
  limit: HitLimit;
  group: HitGroup | undefined;
}

export type SpendResult =
  | {
      status: 'counted';
      /** By the store's clock, for `refund`. */
      atMs: number;
      /** What would have been refused. */
      exceeded: LimitName | undefined;
    }
  | {
      status: 'limited';
      limit: LimitName;
      retryAfterMs: number;
      /** Whether the second step has room. */
      isHelpedByCheck: boolean;
    };

/** The counts of an earlier `spend`. */
export interface RefundRequest extends Pick<SpendRequest, 'slot' | 'rows' | 'place'> {
  atMs: number;
  units: number;
  /** Whether it was a sign-in, which makes growing rows grow. */
  isSignIn: boolean;
}

export interface HitLimit extends RollingLimit {
  /**
   * Whether hits open pending records. A store with little room for those may lower both limits, so that a few networks cannot
   * take it all; the memory store does so once half of its room is taken. Default false.
   */
  opensRecords?: boolean | undefined;
}

/** A limit that several keys of `hit` share, over the same period. A key always has the same group. */
export interface HitGroup {
  key: string;
  max: number;
}

export type HitResult = { allowed: true } | { allowed: false; retryAfterMs: number };
