import { countSeptets } from '../core/gsm7.js';
import { fillString, type Strings } from './strings.js';

/** 3GPP TS 23.040 §9.2.3.24.1: parts of a longer text lose room to a header. */
const partLimits = { 160: 153, 70: 67 };

/** The length of a text and the room of one segment, in septets or UTF-16 units, and its segments, each of which is billed. */
export function measureSms(text: string) {
  const septets = countSeptets(text);
  const [alphabet, length, limit] =
    septets === null ? (['UCS-2', text.length, 70] as const) : (['GSM-7', septets, 160] as const);
  return { alphabet, length, limit, segments: length <= limit ? 1 : Math.ceil(length / partLimits[limit]) };
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

/** As many lines as fit in one segment, at least the code and the lines of the `end`. */
export function writeSms(input: ShortTextInput, end: readonly string[]): string {
  const [first, expires, keep] = writeLines(input);
  const longer = [
    [first, expires, keep, ...end],
    [first, expires, ...end],
  ].map((lines) => lines.join('\n'));
  return longer.find((text) => measureSms(text).segments === 1) ?? [first, ...end].join('\n');
}

function writeLines({ strings, appName, code, expiresIn }: ShortTextInput): [string, string, string] {
  return [
    fillString(appName === '' ? strings.smsCode : strings.smsCodeFor, { app: appName, code }),
    fillString(strings.smsExpires, { in: expiresIn }),
    strings.smsKeep,
  ];
}

/**
 * The line by which a browser offers the code to pages of one host only: the last line of an origin-bound
 * one-time code (WICG, "Delivering origin-bound one-time codes over SMS").
 */
export function writeOriginLine(host: string, code: string): string {
  return `@${host} #${code.replaceAll('-', '')}`;
}
