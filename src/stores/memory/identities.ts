import type { ExpiredCause } from '../../core/expired-cause.js';
import { type Channel, policyNumbers, refusedSendsFactor } from '../../core/policy.js';
import type { InspectedRecord, OpenRequest, PendingRecord, RollingLimit } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import type { Expiring } from './expiring-map.js';
import { emptyLog, type RollingLog, timeLeft } from './rolling-log.js';

export interface StoredRecord extends PendingRecord, Expiring {
  /** See `nameRecord`. */
  name: string;
  channels: readonly Channel[];
  attemptsLeft: number;
  /** Whether someone has guessed at this code. */
  isTried: boolean;
  /** Sends that were not released. */
  sends: number;
  /** Its time, which is also its id. */
  lastSend: number;
  /** How that send fared. */
  note: string | undefined;
}

/** An attempt that was neither consumed nor taken back. */
export interface Attempt {
  id: string;
  at: number;
  record: StoredRecord;
  /** When the guess count that holds its guess expires; 0 if none does. */
  guessExpiresAt: number;
}

/** Everything the store holds about an identity; expires with the last of it. */
export interface StoredIdentity extends Expiring {
  /** Their times are also their ids. */
  sends: RollingLog;
  /** Sends that a provider refused. */
  refusals: RollingLog;
  verifies: RollingLog;
  records: StoredRecord[];
  attempts: readonly Attempt[];
}

const noAttempts: readonly Attempt[] = [];

export function createIdentity(): StoredIdentity {
  return {
    sends: [],
    refusals: emptyLog,
    verifies: emptyLog,
    expiresAt: 0,
    records: [],
    attempts: noAttempts,
  };
}

export function extend(identity: StoredIdentity, expiresAt: number): void {
  identity.expiresAt = Math.max(identity.expiresAt, expiresAt);
}

export function findRecord({ records }: StoredIdentity, name: string, now: number): StoredRecord | undefined {
  return records.find((record) => record.name === name && record.expiresAt > now);
}

/** Why there is no live record of this name. */
export function explainAbsence(
  identity: StoredIdentity | undefined,
  recordTag: string,
  challenge: string | undefined,
  now: number,
): ExpiredCause {
  if (!identity) return 'never_requested';
  const name = nameRecord(recordTag, challenge);
  if (identity.records.some((record) => record.name === name)) return 'expired';
  const hasOther = identity.records.some(
    (record) => record.expiresAt > now && record.name.startsWith(recordTag),
  );
  if (hasOther) return challenge === undefined ? 'other_challenge' : 'replaced';
  const lastSend = identity.sends.at(-1);
  const isRecent = lastSend !== undefined && lastSend + policyNumbers.windowSeconds.max * 1000 > now;
  return isRecent ? 'gone' : 'never_requested';
}

export function removeRecord(identity: StoredIdentity, record: StoredRecord): void {
  identity.records = identity.records.filter((other) => other !== record);
}

/** Also drops those that have outlived every code. */
export function addAttempt(identity: StoredIdentity, attempt: Attempt): void {
  const oldest = attempt.at - policyNumbers.windowSeconds.max * 1000;
  identity.attempts = [...identity.attempts.filter(({ at }) => at > oldest), attempt];
}

/** Removes the attempt of this id and returns it. */
export function takeAttempt(identity: StoredIdentity, id: string): Attempt | undefined {
  const attempt = identity.attempts.find((other) => other.id === id);
  if (attempt) identity.attempts = identity.attempts.filter((other) => other !== attempt);
  return attempt;
}

/** Returns how many live records it ended. See `Store.clear`. */
export function clearIdentity(
  identity: StoredIdentity,
  { records, counts }: { records: boolean; counts: boolean },
  now: number,
): number {
  const isOver = ({ attemptsLeft }: StoredRecord) => records || (counts && attemptsLeft <= 0);
  const ended = identity.records.filter((record) => isOver(record) && record.expiresAt > now);
  identity.records = identity.records.filter((record) => !isOver(record));
  if (counts) {
    identity.sends = emptyLog;
    identity.refusals = emptyLog;
    identity.verifies = emptyLog;
  }
  return ended.length;
}

/** Milliseconds to wait for the limits on sends and on refused sends; 0: no wait. */
export function waitForLimit(identity: StoredIdentity, sends: RollingLimit, now: number): number {
  const forSends = timeLeft(identity.sends.at(-sends.max), sends.periodSeconds, now);
  const forRefusals = timeLeft(
    identity.refusals.at(-sends.max * refusedSendsFactor),
    sends.periodSeconds,
    now,
  );
  return Math.max(forSends, forRefusals);
}

export function setChannel(record: StoredRecord, channel: Channel): void {
  record.channel = channel;
  if (!record.channels.includes(channel)) record.channels = [...record.channels, channel];
}

/** Shared, since most codes are sent over one channel. */
const alone: Record<Channel, readonly Channel[]> = {
  email: ['email'],
  sms: ['sms'],
  whatsapp: ['whatsapp'],
  voice: ['voice'],
  custom: ['custom'],
};

export function createRecord(
  { newChallenge, keyIds, windowSeconds, channel, mute }: OpenRequest,
  name: string,
  digits: number,
  attemptsLeft: number,
  now: number,
): StoredRecord {
  return {
    name,
    challenge: newChallenge,
    keyId: keyIds[0],
    window: Math.floor(now / 1000 / windowSeconds),
    expiresAt: now + windowSeconds * 1000,
    digits,
    channel,
    channels: alone[channel],
    attemptsLeft,
    isTried: false,
    sends: 0,
    lastSend: now,
    note: undefined,
    mute,
  };
}

/** The part of a record that the service sees. */
export function toPending(record: StoredRecord): PendingRecord {
  const { challenge, keyId, window, digits, channel, channels, mute } = record;
  return { challenge, keyId, window, digits, channel, channels, mute };
}

/** What `Store.inspect` shows of it. */
export function inspectIdentity(identity: StoredIdentity, periodSeconds: number, now: number) {
  const listAges = (log: RollingLog) =>
    log.filter((at) => at + periodSeconds * 1000 > now).map((at) => Math.max(0, Math.floor(now - at)));
  return {
    records: identity.records.map((record): InspectedRecord => {
      const { name, channel, digits, attemptsLeft, mute, expiresAt, lastSend, note } = record;
      const [recordTag = '', challenge] = name.split(':');
      return {
        recordTag,
        isBound: challenge !== undefined,
        channel,
        digits,
        attemptsLeft,
        mute,
        ttlMs: expiresAt - now,
        sendId: String(lastSend),
        sentMsAgo: Math.max(0, Math.floor(now - lastSend)),
        note,
      };
    }),
    sends: listAges(identity.sends),
    refusals: listAges(identity.refusals),
    verifies: listAges(identity.verifies),
  };
}
