import type { OwnerTags } from './core/derivation.js';
import type { Channel } from './core/policy.js';

export interface InspectRequest extends OwnerTags {
  /** Period of the limits. */
  periodSeconds: number;
}

/** A pending record, or one that has expired and was not replaced. */
export interface InspectedRecord {
  recordTag: string;
  isBound: boolean;
  /** Of the last send. */
  channel: Channel;
  digits: number;
  attemptsLeft: number;
  mute: boolean;
  /** Remaining life; not above 0 once it has expired. */
  ttlMs: number;
  /** Of the last send. */
  sendId: string;
  sentMsAgo: number;
  /** What `note` was given for the last send. */
  note: string | undefined;
}

/** What is used of a budget. The logs are milliseconds since each call that still counts, oldest first. */
export interface InspectedCounts {
  sends: number[];
  refusals: number[];
  verifies: number[];
  guesses: number;
  /** Until the guesses are forgotten; 0 without any. */
  guessesEndInMs: number;
  /** Sends of a day, rounded up, and how long until the first is forgotten. Default: none. */
  day?: { sends: number; endsInMs: number } | undefined;
}

/** What a store holds about an identity: the counts are those of the unknown side. */
export interface InspectResult extends InspectedCounts {
  /** Of exactly this identity. */
  records: InspectedRecord[];
  /** Counts of the known side. A store without sides leaves it out. */
  known?: InspectedCounts | undefined;
  /** Sign-ins up to this second have been ended by `clear`. */
  endedSeconds: number | undefined;
}
