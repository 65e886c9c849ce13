import type { Channel, ResendPolicy } from './core/policy.js';

/** At most `max` per rolling `periodSeconds`. */
export interface RollingLimit {
  max: number;
  periodSeconds: number;
}

/** Which pending record is meant. Tags are keyed hashes: a store never sees an identity. */
export interface RecordKey {
  /** Names the identity: its limits and its guess count hang on it, over all purposes. */
  identityTag: string;
  /** Names the identity and the purpose: its pending records hang on it. */
  recordTag: string;
  /** The id of a bound challenge; without it the one unbound record is meant. */
  challenge?: string | undefined;
}

/** From `after` wrong guesses on, codes have `digits` digits and at most `maxAttempts` attempts. 0 is never. */
export interface Lengthening {
  after: number;
  digits: number;
  maxAttempts: number;
  /** How long guesses stay counted, from the first. */
  memorySeconds: number;
}

/** The keys whose codes can be derived; the first makes new codes. A record of any other key is as good as none. */
export type KeyIds = readonly [current: string, ...previous: string[]];

export interface OpenRequest extends RecordKey {
  /** Open a bound record of its own. With a `challenge`: send that one's code again. */
  bind: boolean;
  /** A fresh random id, 16 bytes as base64url; used if a new record is made. */
  newChallenge: string;
  keyIds: KeyIds;
  channel: Channel;
  digits: number;
  windowSeconds: number;
  maxAttempts: number;
  resend: ResendPolicy;
  cooldownSeconds: number;
  /** With less than this of its life left, a record acts as under `rotate`. */
  staleSeconds: number;
  sends: RollingLimit;
  lengthening: Lengthening;
  /** Decoy record: nothing is sent for it, and every verify fails. Recomputed on each resend. */
  mute: boolean;
}

/** What the code is derived from, as the store remembers it. */
export interface PendingRecord {
  challenge: string;
  keyId: string;
  window: number;
  digits: number;
  /** Of the last send. */
  channel: Channel;
  /** Of every send of this code, without repeats. Default: `channel` alone. */
  channels?: readonly Channel[];
  mute: boolean;
}

export type OpenResult =
  | {
      status: 'opened';
      record: PendingRecord;
      /** Names this send, for `release`. */
      sendId: string;
      /** Life left of the code. */
      ttlMs: number;
      /** Time until the next request could be sent. */
      resendInMs: number;
    }
  | { status: 'expired' }
  | { status: 'blocked' | 'pending'; retryAfterMs: number }
  | { status: 'limited'; limit: 'cooldown' | 'request_identity'; retryAfterMs: number };

export interface AttemptRequest extends RecordKey {
  keyIds: KeyIds;
  /** Counts attempts on unbound records only. */
  verifies: RollingLimit;
  lengthening: Lengthening;
}

export type AttemptResult =
  | { status: 'counted'; record: PendingRecord; attemptsLeft: number }
  | { status: 'expired' }
  | { status: 'blocked'; retryAfterMs: number }
  | { status: 'limited'; retryAfterMs: number };

export interface ConsumeRequest extends RecordKey {
  /** The challenge of the record that `attempt` returned. */
  recordChallenge: string;
}

export interface ReleaseRequest extends ConsumeRequest {
  sendId: string;
  /** Under `refuse`, a record none of whose sends stands is deleted. */
  resend: ResendPolicy;
  /** The period over which refused tries are counted. */
  periodSeconds: number;
}

export interface ExchangeRequest {
  /** Names the family: the tokens that descend from one sign-in, each replacing the one before. */
  family: string;
  /** Hash of the token that is presented; null starts the family. */
  presented: string | null;
  /** Hash of the token that takes its place, which may be the same; null ends the family, whatever is presented. */
  next: string | null;
  /** Life of a family that is started; an exchange does not extend it. */
  ttlSeconds: number;
}

/** `reused`: the family is there, and this is not its token; it has been ended. `unknown`: there is no such family. */
export type ExchangeResult = 'exchanged' | 'reused' | 'unknown';

/** Several keys of `hit` together, over the same period. A key is always in the same group. */
export interface HitGroup {
  key: string;
  max: number;
}

export type HitResult = { allowed: true } | { allowed: false; retryAfterMs: number };
