import { parseExpiredCause } from '../../core/expired-cause.js';
import { type ReturnedSend, unitsPerSend } from '../../core/ladder.js';
import { type Channel, channels, type DayLimit, type LimitName } from '../../core/policy.js';
import type { LimitedHit, SpendRequest, SpendResult } from '../../count-verbs.js';
import type { InspectedCounts, InspectedRecord, InspectResult } from '../../inspect-verb.js';
import type { AttemptResult, ConsumedRecord, OpenResult, PendingRecord } from '../../store-verbs.js';
import { parseRecordName } from './keys.js';

/** The fields of an answer, as `answer` of `prelude.lua` joins them. */
function splitReply(reply: unknown): string[] {
  return String(reply).split('\t');
}

/** See the header of `open.lua`. */
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
      const exceeded =
        (spending && findLimitName(Number(fields[10]), spending)) || (fields[9] as DayLimit | '');
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

/** See `spend.lua`. */
export function decodeSpendReply(reply: unknown, request: SpendRequest): SpendResult {
  const fields = splitReply(reply);
  if (fields[0] !== '0') return decodeSpendRefusal(fields, request);
  return { status: 'counted', atMs: Number(fields[1]), exceeded: findLimitName(Number(fields[2]), request) };
}

/** See `spending.lua`. */
function decodeSpendRefusal([by, ms, isHelped]: readonly string[], request: SpendRequest) {
  const limit = by === '-1' ? request.hit?.limitName : findLimitName(Number(by), request);
  if (limit === undefined) throw new Error('the script refused by a row that it was not given');
  const retryAfterMs = Number(ms);
  return { status: 'limited' as const, limit, retryAfterMs, isHelpedByCheck: isHelped === '1' };
}

/** The limit of a row, by its number; undefined for 0. */
function findLimitName(number: number, { rows, place }: SpendRequest): LimitName | undefined {
  return number === 0 ? undefined : (rows[number - 1] ?? place)?.limit;
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

/** See the header of `refund.lua`. */
export function decodeRefundReply(reply: unknown): { failed: readonly number[]; reason?: string } {
  if (reply === null) return { failed: [] };
  const [places = '', reason = ''] = splitReply(reply);
  return { failed: places.split(',').map(Number), reason };
}

/** See the header of `attempt.lua`. */
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
  const sentOver = (joined as string).split(',').map(decodeChannel) as [Channel, ...Channel[]];
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

function decodeChannel(number: string | number): Channel {
  return channels[Number(number)] as Channel;
}

type Field = string | number;
type CountsReply = [number[], number[], number[], number, number, number, number];

/** See the header of `inspect.lua`. */
export function decodeInspectReply(reply: unknown): InspectResult {
  const [records, unknown, known, endedSeconds] = reply as [Field[][], CountsReply, CountsReply, number];
  return {
    records: records.map(decodeInspected),
    ...decodeCounts(unknown),
    known: decodeCounts(known),
    endedSeconds: endedSeconds === -1 ? undefined : endedSeconds,
  };
}

function decodeCounts(reply: CountsReply): InspectedCounts {
  const [sends, refusals, verifies, guesses, guessesEndInMs, units, endsInMs] = reply;
  const counts = { sends, refusals, verifies, guesses, guessesEndInMs };
  return units === 0 ? counts : { ...counts, day: { sends: Math.ceil(units / unitsPerSend), endsInMs } };
}

function decodeInspected(reply: Field[]) {
  const [name, channel, digits, attemptsLeft, mute, ttlMs, sendId, sentMsAgo, note] = reply;
  return {
    ...parseRecordName(String(name)),
    channel: decodeChannel(channel as number),
    digits,
    attemptsLeft,
    mute: mute === 1,
    ttlMs,
    sendId,
    sentMsAgo,
    note: note === '' ? undefined : note,
  } as InspectedRecord;
}
