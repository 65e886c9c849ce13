import { fillString, type Strings } from './strings.js';

/** 3GPP TS 23.038 §6.2.1: the letters that cost one septet, and those that cost two. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('\f^{}\\[~]|€');

export interface SmsSize {
  alphabet: 'GSM-7' | 'UCS-2';
  /** In septets or UTF-16 units. */
  length: number;
  /** What one segment holds. */
  limit: 160 | 70;
}

/** How much of one segment a text takes. */
export function measureSms(text: string): SmsSize {
  let septets = 0;
  for (const character of text) {
    if (basic.has(character)) septets += 1;
    else if (extended.has(character)) septets += 2;
    else return { alphabet: 'UCS-2', length: text.length, limit: 70 };
  }
  return { alphabet: 'GSM-7', length: septets, limit: 160 };
}

export interface ShortTextInput {
  strings: Strings;
  appName: string;
  code: string;
  /** "in 5 minutes" */
  expiresIn: string;
}

/** All there is to say, for channels that do not pay by the segment. */
export function writeShortText(input: ShortTextInput): string {
  return writeLines(input).join('\n');
}

/** The most that fits one segment, and the code alone where nothing does; `originLine` stands last. */
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
