import { type Channel, fewestShortAttempts } from '../../core/policy.js';
import { toWindow } from '../../core/window.js';
import type { InspectedRecord } from '../../inspect-verb.js';
import type { OpenRequest, PendingRecord, Side } from '../../store-verbs.js';
import type { Expiring } from './expiring-map.js';

export interface StoredRecord extends PendingRecord, Expiring {
  recordTag: string;
  /** Its challenge, if that is needed to find it. */
  boundTo: string | undefined;
  identityTag: string;
  side: Side;
  channels: readonly Channel[];
  attemptsLeft: number;
  /** Whether guesses at it are counted. */
  isShort: boolean;
  /** Guesses at it that were not given back, and when the guess count that holds them ends. */
  tried: { guesses: number; period: number } | undefined;
  /** Sends that were not released. */
  sends: number;
  /** Its time, which is also its id. */
  lastSend: number;
  /** What became of that send. */
  note: string | undefined;
}

/** Shared, since most codes are sent over one channel. */
const alone: Record<Channel, readonly Channel[]> = {
  email: ['email'],
  sms: ['sms'],
  whatsapp: ['whatsapp'],
  voice: ['voice'],
  custom: ['custom'],
};

/**
 * A new code: a short one, if there is room for enough guesses at it.
 *
 * @param room what is left of the budget of guesses
 * @param leftBefore attempts left of the code that it replaces
 */
export function createRecord(
  request: OpenRequest,
  isBound: boolean,
  room: number,
  leftBefore: number | undefined,
  now: number,
): StoredRecord {
  const {
    identityTag,
    recordTag,
    side = 'unknown',
    newChallenge,
    keyIds,
    windowSeconds,
    channel,
    mute,
  } = request;
  const { maxAttempts, lengthening } = request;
  let isShort = false;
  let { digits } = request;
  // Without a budget, attempts that were used stay used.
  let attempts = leftBefore ?? maxAttempts;
  if (lengthening.after !== 0) {
    isShort = room >= Math.min(fewestShortAttempts, maxAttempts);
    attempts = isShort ? room : lengthening.maxAttempts;
    if (!isShort) digits = Math.max(digits, lengthening.digits);
  }
  return {
    recordTag,
    boundTo: isBound ? newChallenge : undefined,
    identityTag,
    side,
    challenge: newChallenge,
    keyId: keyIds[0],
    window: toWindow(now / 1000, windowSeconds),
    expiresAt: now + windowSeconds * 1000,
    digits,
    channel,
    channels: alone[channel],
    attemptsLeft: Math.min(maxAttempts, attempts),
    isShort,
    tried: undefined,
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
export function inspectRecord(record: StoredRecord, now: number): InspectedRecord {
  const { recordTag, boundTo, channel, digits, attemptsLeft, mute, expiresAt, lastSend, note } = record;
  return {
    recordTag,
    isBound: boundTo !== undefined,
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
