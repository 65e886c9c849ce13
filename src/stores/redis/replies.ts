import { parseExpiredCause } from '../../core/expired-cause.js';
import { type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import { type Channel, channels, type DayLimit } from '../../core/policy.js';
import type { InspectedCounts, InspectedRecord, InspectResult } from '../../inspect-verb.js';
import type { AttemptResult, ConsumedRecord, OpenResult, PendingRecord } from '../../store-verbs.js';
import { parseRecordName } from '../record-name.js';

/** See the headers of `open.lua` and `attempt.lua`. */
export type Reply = [status: string, ...fields: (string | number)[]];

export function decodeOpenReply([status, ...fields]: Reply): OpenResult {
  const retryAfterMs = Number(fields[0]);
  switch (status) {
    case 'opened': {
      const opened: OpenResult = {
        status,
        record: decodeRecord(fields),
        sendId: String(fields[6]),
        ttlMs: Number(fields[7]),
        resendInMs: Number(fields[8]),
      };
      if (fields[9] !== '') opened.exceeded = fields[9] as DayLimit;
      return opened;
    }
    case 'blocked':
    case 'pending':
      return { status, retryAfterMs };
    case 'cooldown':
    case 'request_identity':
      return { status: 'limited', limit: status, retryAfterMs };
    case 'request_day':
    case 'request_network':
      return { status: 'limited', limit: status, retryAfterMs, isHelpedByCheck: fields[1] === 1 };
    default:
      return { status: 'expired' };
  }
}

type ReturnedReply = [network: string, receipt: string, units: number];
/** See the header of `consume.lua`. */
export type ConsumeReply = number | [seconds: number, sends: ReturnedReply[]];

export function decodeConsumeReply(reply: ConsumeReply): number | ConsumedRecord | false {
  if (typeof reply === 'number') return reply || false;
  return { authTimeSeconds: reply[0], sends: reply[1].map(decodeReturned) };
}

function decodeReturned([network, receipt, units]: ReturnedReply): ReturnedSend {
  return { network: network || undefined, receipt, units };
}

/** See the header of `release.lua`. */
export function decodeReleaseReply(reply: ReturnedReply | null): ReturnedSend | undefined {
  return reply === null ? undefined : decodeReturned(reply);
}

export function decodeAttemptReply([status, ...fields]: Reply): AttemptResult {
  switch (status) {
    case 'counted':
      return {
        status,
        record: decodeRecord(fields),
        attemptsLeft: Number(fields[6]),
        side: fields[7] === 2 ? 'known' : 'unknown',
        expiresAtMs: Number(fields[8]),
        note: fields[9] === '' ? null : String(fields[9]),
      };
    case 'blocked':
    case 'limited':
      return { status, retryAfterMs: Number(fields[0]) };
    default:
      return { status: 'expired', cause: parseExpiredCause(fields[0]) };
  }
}

function decodeRecord([challenge, keyId, window, digits, joined, mute]: (string | number)[]): PendingRecord {
  const sentOver = String(joined).split(',').map(nameChannel) as [Channel, ...Channel[]];
  return {
    challenge: String(challenge),
    keyId: String(keyId),
    window: Number(window),
    digits: Number(digits),
    channel: sentOver[0],
    channels: channels.filter((channel) => sentOver.includes(channel)),
    mute: mute === 1,
  };
}

function nameChannel(number: string | number): Channel {
  return channels[Number(number)] as Channel;
}

type Field = string | number;

/** See the header of `inspect.lua`. */
export type InspectReply = [
  records: Field[][],
  unknown: InspectedCountsReply,
  known: InspectedCountsReply,
  endedSeconds: number,
];

type InspectedCountsReply = [
  sends: number[],
  refusals: number[],
  verifies: number[],
  guesses: number,
  guessesEndInMs: number,
  dayUnits: number,
  dayEndsInMs: number,
];

export function decodeInspectReply([records, unknown, known, endedSeconds]: InspectReply): InspectResult {
  return {
    records: records.map(decodeInspected),
    ...decodeCounts(unknown),
    known: decodeCounts(known),
    endedSeconds: endedSeconds === -1 ? undefined : endedSeconds,
  };
}

function decodeCounts(reply: InspectedCountsReply): InspectedCounts {
  const [sends, refusals, verifies, guesses, guessesEndInMs, units, endsInMs] = reply;
  const counts = { sends, refusals, verifies, guesses, guessesEndInMs };
  return units === 0 ? counts : { ...counts, day: { sends: Math.ceil(units / unitsPerSend), endsInMs } };
}

function decodeInspected([
  name,
  channel,
  digits,
  attemptsLeft,
  mute,
  ttlMs,
  sendId,
  sentMsAgo,
  note,
]: Field[]) {
  return {
    ...parseRecordName(String(name)),
    channel: nameChannel(channel as number),
    digits,
    attemptsLeft,
    mute: mute === 1,
    ttlMs,
    sendId,
    sentMsAgo,
    note: note === '' ? undefined : note,
  } as InspectedRecord;
}
