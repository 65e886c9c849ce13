import { countSeptets } from '../core/gsm7.js';
import { fillString, type Strings } from './strings.js';

export interface SmsSize {
  alphabet: 'GSM-7' | 'UCS-2';
  /** In septets or UTF-16 units. */
  length: number;
  /** Capacity of one segment. */
  limit: 160 | 70;
}

export function measureSms(text: string): SmsSize {
  const septets = countSeptets(text);
  return septets === null
    ? { alphabet: 'UCS-2', length: text.length, limit: 70 }
    : { alphabet: 'GSM-7', length: septets, limit: 160 };
}

export interface ShortTextInput {
  strings: Strings;
  appName: string;
  code: string;
  /** "in 5 minutes" */
  expiresIn: string;
}

/** The full text, for channels that are not billed per segment. */
export function writeShortText(input: ShortTextInput): string {
  return writeLines(input).join('\n');
}

/** As many lines as fit in one segment, at least the code; `originLine` comes last. */
export function writeSms(input: ShortTextInput, originLine: string | undefined): string {
  const [first, expires, keep] = writeLines(input);
  const end = originLine === undefined ? [] : [originLine];
  const longer = [
    [first, expires, keep, ...end],
    [first, expires, ...end],
  ].map((lines) => lines.join('\n'));
  return longer.find(fitsOneSegment) ?? [first, ...end].join('\n');
}

function writeLines({ strings, appName, code, expiresIn }: ShortTextInput): [string, string, string] {
  return [
    fillString(appName === '' ? strings.smsCode : strings.smsCodeFor, { app: appName, code }),
    fillString(strings.smsExpires, { in: expiresIn }),
    strings.smsKeep,
  ];
}

function fitsOneSegment(text: string): boolean {
  const { length, limit } = measureSms(text);
  return length <= limit;
}

/**
 * The line by which a browser offers the code to pages of one host only: the last line of an origin-bound
 * one-time code (WICG, "Delivering origin-bound one-time codes over SMS").
 */
export function writeOriginLine(host: string, code: string): string {
  return `@${host} #${code}`;
}
