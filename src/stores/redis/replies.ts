import { parseExpiredCause } from '../../core/expired-cause.js';
import { type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import { type Channel, channels, type DayLimit } from '../../core/policy.js';
import type { LimitedHit, SpendRequest } from '../../count-verbs.js';
import type { InspectedCounts, InspectedRecord, InspectResult } from '../../inspect-verb.js';
import type { AttemptResult, ConsumedRecord, OpenResult, PendingRecord } from '../../store-verbs.js';
import { parseRecordName } from '../record-name.js';
import { decodeSpendRefusal, nameRow } from './day-counts.js';

/** The fields of an answer, as `answer` of `prelude.lua` joins them. */
export function splitReply(reply: unknown): string[] {
  return String(reply).split('\t');
}

/** See `opening.lua` and `spend-and-open.lua`. */
export function decodeOpenReply(reply: unknown, spending: SpendRequest | undefined): OpenResult {
  const [status, ...fields] = splitReply(reply);
  const retryAfterMs = Number(fields[0]);
  switch (status) {
    case 'opened': {
      const opened: OpenResult = {
        status,
        record: decodeRecord(fields),
        sendId: fields[6] as string,
        ttlMs: Number(fields[7]),
        resendInMs: Number(fields[8]),
      };
      const exceeded = (spending && nameRow(Number(fields[10]), spending)) || (fields[9] as DayLimit | '');
      if (exceeded) opened.exceeded = exceeded;
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
      return { status: 'limited', limit: status, retryAfterMs, isHelpedByCheck: fields[1] === '1' };
    case 'refused':
      return decodeSpendRefusal(fields, spending as SpendRequest);
    default:
      return { status: 'expired' };
  }
}

/** See the header of `consume.lua`. */
export function decodeConsumeReply(reply: unknown): number | ConsumedRecord | false {
  if (reply === 0) return false;
  const [seconds, ...fields] = splitReply(reply);
  const authTimeSeconds = Number(seconds);
  if (fields.length === 0) return authTimeSeconds;
  const sends: ReturnedSend[] = [];
  for (let i = 0; i < fields.length; i += 4) sends.push(decodeReturned(fields.slice(i, i + 4)));
  return { authTimeSeconds, sends };
}

function decodeReturned([network, receipt = '', units, atMs]: string[]): ReturnedSend {
  return { network: network || undefined, receipt, units: Number(units), atMs: Number(atMs) };
}

/** See the header of `release.lua`. */
export function decodeReleaseReply(reply: unknown): ReturnedSend | undefined {
  return reply === null ? undefined : decodeReturned(splitReply(reply));
}

/** See `attempting.lua` and `hit-and-attempt.lua`. */
export function decodeAttemptReply(reply: unknown, hit: LimitedHit | undefined): AttemptResult {
  const [status, ...fields] = splitReply(reply);
  switch (status) {
    case 'counted':
      return {
        status,
        record: decodeRecord(fields),
        attemptsLeft: Number(fields[6]),
        side: fields[7] === '2' ? 'known' : 'unknown',
        expiresAtMs: Number(fields[8]),
        // The only text that others wrote, so it comes last.
        note: fields.slice(9).join('\t') || null,
      };
    case 'blocked':
    case 'limited':
      return { status, retryAfterMs: Number(fields[0]) };
    case 'refused':
      return { status: 'limited', limit: hit?.limitName, retryAfterMs: Number(fields[0]) };
    default:
      return { status: 'expired', cause: parseExpiredCause(fields[0]) };
  }
}

function decodeRecord([challenge, keyId, window, digits, joined, mute]: string[]): PendingRecord {
  const sentOver = (joined as string).split(',').map(nameChannel) as [Channel, ...Channel[]];
  return {
    challenge: challenge as string,
    keyId: keyId as string,
    window: Number(window),
    digits: Number(digits),
    channel: sentOver[0],
    channels: sentOver.length === 1 ? sentOver : channels.filter((channel) => sentOver.includes(channel)),
    mute: mute === '1',
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
