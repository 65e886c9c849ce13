import { type Channel, refusedSendsFactor } from '../../core/policy.js';
import type { OpenRequest, PendingRecord, RollingLimit } from '../../store-verbs.js';
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
}

interface Send {
  id: string;
  at: number;
}

/** Everything the store holds about an identity; expires with the last of it. */
export interface StoredIdentity extends Expiring {
  sends: readonly Send[];
  /** Sends that a provider refused. */
  refusals: RollingLog;
  verifies: RollingLog;
  records: StoredRecord[];
}

export function createIdentity(): StoredIdentity {
  return { sends: [], refusals: emptyLog, verifies: emptyLog, expiresAt: 0, records: [] };
}

export function extend(identity: StoredIdentity, expiresAt: number): void {
  identity.expiresAt = Math.max(identity.expiresAt, expiresAt);
}

export function findRecord({ records }: StoredIdentity, name: string, now: number): StoredRecord | undefined {
  return records.find((record) => record.name === name && record.expiresAt > now);
}

export function removeRecord(identity: StoredIdentity, record: StoredRecord): void {
  identity.records = identity.records.filter((other) => other !== record);
}

/** Milliseconds to wait for the cooldown and for the limits on sends; 0: no wait. */
export function computeWaits(
  { sends, refusals }: StoredIdentity,
  { cooldownSeconds, sends: limit }: { cooldownSeconds: number; sends: RollingLimit },
  now: number,
): { forCooldown: number; forLimit: number } {
  const forSends = timeLeft(sends.at(-limit.max)?.at, limit.periodSeconds, now);
  const forRefusals = timeLeft(refusals.at(-limit.max * refusedSendsFactor), limit.periodSeconds, now);
  const forCooldown = timeLeft(sends.at(-1)?.at, cooldownSeconds, now);
  return { forCooldown, forLimit: Math.max(forSends, forRefusals) };
}

export function setChannel(record: StoredRecord, channel: Channel): void {
  record.channel = channel;
  if (!record.channels.includes(channel)) record.channels = [...record.channels, channel];
}

/** Adds a record and drops expired ones. */
export function addRecord(
  identity: StoredIdentity,
  { newChallenge, keyIds, windowSeconds, channel, mute }: OpenRequest,
  { name, digits, attemptsLeft }: { name: string; digits: number; attemptsLeft: number },
  now: number,
): StoredRecord {
  const record = {
    name,
    challenge: newChallenge,
    keyId: keyIds[0],
    window: Math.floor(now / 1000 / windowSeconds),
    expiresAt: now + windowSeconds * 1000,
    digits,
    channel,
    channels: [channel],
    attemptsLeft,
    isTried: false,
    sends: 0,
    mute,
  };
  identity.records = [record, ...identity.records.filter(({ expiresAt }) => expiresAt > now)];
  return record;
}

/** The part of a record that the service sees. */
export function toPending(record: StoredRecord): PendingRecord {
  const { challenge, keyId, window, digits, channel, channels, mute } = record;
  return { challenge, keyId, window, digits, channel, channels, mute };
}
