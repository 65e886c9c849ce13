import type { Channel } from '../../core/policy.js';
import type { InspectedRecord } from '../../inspect-verb.js';
import type { OpenRequest, PendingRecord, Side } from '../../store-verbs.js';
import { parseRecordName } from '../record-name.js';
import type { Expiring } from './expiring-map.js';

export interface StoredRecord extends PendingRecord, Expiring {
  /** See `nameRecord`. */
  name: string;
  identityTag: string;
  side: Side;
  channels: readonly Channel[];
  attemptsLeft: number;
  /** Whether guesses at it are counted. */
  isShort: boolean;
  /** Guesses in `period` that were not given back. */
  tried: number;
  /** When the guess count that holds them ends; 0 before the first. */
  period: number;
  /** Sends that were not released. */
  sends: number;
  /** Its time, which is also its id. */
  lastSend: number;
  /** How that send fared. */
  note: string | undefined;
}

/** What a new code is given. */
export interface Plan {
  digits: number;
  attempts: number;
  /** Whether guesses at it are counted. */
  isShort: boolean;
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
  { identityTag, side = 'unknown', newChallenge, keyIds, windowSeconds, channel, mute }: OpenRequest,
  name: string,
  { digits, attempts, isShort }: Plan,
  now: number,
): StoredRecord {
  return {
    name,
    identityTag,
    side,
    challenge: newChallenge,
    keyId: keyIds[0],
    window: Math.floor(now / 1000 / windowSeconds),
    expiresAt: now + windowSeconds * 1000,
    digits,
    channel,
    channels: alone[channel],
    attemptsLeft: attempts,
    isShort,
    tried: 0,
    period: 0,
    sends: 0,
    lastSend: now,
    note: undefined,
    mute,
  };
}

export function setChannel(record: StoredRecord, channel: Channel): void {
  record.channel = channel;
  if (!record.channels.includes(channel)) record.channels = [...record.channels, channel];
}

/** The part of a record that the service sees. */
export function toPending(record: StoredRecord): PendingRecord {
  const { challenge, keyId, window, digits, channel, channels, mute } = record;
  return { challenge, keyId, window, digits, channel, channels, mute };
}

/** What `Store.inspect` shows of it. */
export function inspectRecord(record: StoredRecord, now: number): InspectedRecord {
  const { name, channel, digits, attemptsLeft, mute, expiresAt, lastSend, note } = record;
  return {
    ...parseRecordName(name),
    channel,
    digits,
    attemptsLeft,
    mute,
    ttlMs: expiresAt - now,
    sendId: String(lastSend),
    sentMsAgo: Math.max(0, Math.floor(now - lastSend)),
    note,
  };
}
