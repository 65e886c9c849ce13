import { createRefusal, faults, type Refusal } from '../core/refusal.js';
import type { Message } from '../ports.js';
import { sayCause } from './cause.js';

const maxLength = 300;
/** Longer texts are cut before they are searched. */
const maxSearched = 1000;
/** Number of trailing digits of a phone number that identify its owner. */
const telling = 7;

/** Anything around an @, also where that is full-width or escaped for a URL, HTML, JSON or quoted-printable. */
const address =
  /[^\s<>"'()[\],;]*(?:[@\uFF20]|(?:%|=|\\x|\\u00)40|&(?:#0*64|#x0*40|commat);)[^\s<>"'()[\],;]*/gi;

/** What else prose may quote: links, tokens and keys, codes and numbers in the digits of any script. */
const prose: readonly (readonly [RegExp, string])[] = [
  [/\b\w{2,20}:\/\/\S+/g, '[url]'],
  [/(?=[\w+/=.~-]*\d)(?=[\w+/=.~-]*[a-z])[\w+/=.~-]{20,}/gi, '[text]'],
  [/\p{Nd}(?:[\s()/\p{Pd}\p{Cf}]{0,3}\p{Nd}){3,}/gu, '[number]'],
];

/** Control and format characters, line separators, halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A refusal with its cause, whose texts may be logged: short, on one line, and without recipient and code. They should hold
 * neither, but third-party transports pass on what their providers say, and may return anything in the other members too.
 */
export function quoteRefusal(refusal: Refusal, message: Message): Refusal {
  const quote = (text: unknown) => shorten(removeMessage(String(text).slice(0, maxSearched), message));
  const { category, fault, retryable, retryAfterSeconds, detail, cause } = refusal;
  const isFault = faults.some((known) => known === fault);
  const seconds = /^(number|string)$/.test(typeof retryAfterSeconds) ? Number(retryAfterSeconds) : 0;
  const quoted: Refusal = {
    ok: false,
    category,
    ...(isFault ? { fault } : {}),
    retryable: Boolean(retryable),
    ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}),
    detail: quote(detail),
    cause: cause === undefined ? undefined : quote(cause),
  };
  return { ...quoted, cause: sayCause(quoted) };
}

/** The same for what a transport has thrown. */
export function quoteThrown(error: unknown, message: Message): Refusal {
  const { name, said } = describe(error);
  const detail = `threw ${/^\w{1,50}$/.test(name) ? name : 'Error'}`;
  return createRefusal('unknown', detail, { cause: `the transport failed: ${quoteProse(said, message)}` });
}

/** Whatever was thrown: reading it may throw again. */
function describe(error: unknown): { name: string; said: string } {
  try {
    return error instanceof Error
      ? { name: `${error.name}`, said: `${error.name}: ${error.message}` }
      : { name: typeof error, said: String(error) };
  } catch {
    return { name: typeof error, said: 'what it threw is not readable' };
  }
}

function quoteProse(said: string, message: Message): string {
  let text = removeMessage(said.slice(0, maxSearched), message);
  for (const [pattern, name] of prose) text = text.replace(pattern, name);
  return shorten(text);
}

function removeMessage(text: string, { to, code }: Message): string {
  const [first = '', second = ''] = to.split(/[@:]/);
  const digits = to.replace(/\D/g, '');
  const own = [escapePattern(to), code && spread(code)];
  if (to.startsWith('+')) own.push(`\\+?[\\d\\s()./-]*${spread(digits.slice(-telling))}`);
  else own.push(...[to.includes('@') ? first : second].filter((id) => id.length > 3).map(escapePattern));
  const pattern = own.filter((one) => one !== '').join('|');
  return text.replace(address, '[address]').replace(new RegExp(pattern, 'gi'), '[…]');
}

/** These digits, with anything between them. */
function spread(digits: string): string {
  return [...digits].join('[\\s()./\\-\\u2010-\\u2015\\u200b-\\u200f]{0,3}');
}

function escapePattern(text: string): string {
  return text.replace(/[^\w\s@]/g, '\\$&');
}

function shorten(text: string): string {
  const line = text.replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}

const printableId = /^[\x21-\x7e]{1,200}$/;

/**
 * A provider's id of a message, as it may be logged. Third-party transports may return anything, such as the recipient.
 */
export function showId(id: unknown, { to, code }: Message): string | undefined {
  if (typeof id !== 'string' || !printableId.test(id)) return undefined;
  return id.includes(code) || id.toLowerCase().includes(to) ? undefined : id;
}
