import { describe } from '../core/describe.js';
import { canonicalise } from '../core/identity.js';

export interface Sender {
  /** May be empty. */
  name: string;
  /** In ASCII. */
  address: string;
}

const senderAddress = /^([\x21-\x7e]+)@([^\s@]+)$/;
const structuralCharacters = /[<>,;:"()\\]/;
/** A quoted string (RFC 5322 §3.2.4), or words, which need no quotes here. */
const displayName = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*))$/u;

/**
 * Parses `codes@example.com`, `Example <codes@example.com>` or `"Example, Inc." <codes@example.com>`. An international
 * domain is returned in its ASCII form (UTS 46), the only one that providers accept.
 *
 * @throws TypeError or RangeError when it is not a sender
 */
export function parseSender(text: unknown): Sender {
  if (typeof text !== 'string')
    throw new TypeError(`from must be an address, or a name and an address in <>, got ${describe(text)}`);
  const [, before = '', inBrackets = text.trim()] = /^([^<]*|\s*".*"\s*)<([^<>]*)>\s*$/su.exec(text) ?? [];
  const [whole, quoted, bare = ''] = displayName.exec(before.trim()) ?? [];
  const name = quoted?.replace(/\\(.)/gsu, '$1') ?? bare;
  const address = toAscii(inBrackets);
  if (address === null || whole === undefined || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new RangeError('from must be an address, or a name and an address in <>');
  }
  return { name, address };
}

function toAscii(address: string): string | null {
  const [, local = '', domain = ''] = senderAddress.exec(address) ?? [];
  if (local === '' || structuralCharacters.test(address)) return null;
  if (/^[\x21-\x7e]+$/.test(domain)) return address;
  const mailbox = canonicalise(`x@${domain}`);
  return mailbox && `${local}${mailbox.value.slice(1)}`;
}

/** Formats a sender for a provider's API (RFC 5322 §3.4; non-ASCII names by RFC 2047 §4.1). */
export function formatSender({ name, address }: Sender): string {
  if (name === '') return address;
  const isPlain = /^[\x20-\x7e]*$/.test(name) && !name.includes('=?');
  const shown = isPlain ? `"${name.replace(/[\\"]/g, '\\$&')}"` : encodeWords(name);
  return `${shown} <${address}>`;
}

/** RFC 2047 §2: at most 75 characters per word, so 45 bytes; §5: characters are not split. */
function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}
