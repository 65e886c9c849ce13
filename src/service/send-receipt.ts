import type { Sender } from '../core/derivation.js';
import type { ReturnedSend } from '../core/ladder.js';
import type { Side } from '../store-verbs.js';

/**
 * Names what else a send was counted against. Kept short, since a store holds it for a day.
 *
 * @param addressAtMs undefined: when it was sent
 */
export function encodeReceipt(
  side: Side,
  sender: Sender | undefined,
  addressAtMs: number | undefined,
  phoneAtMs: number,
): string {
  const letter = side === 'known' ? 'k' : 'u';
  // Joined, since V8 keeps the parts of a template literal apart until the text is first read.
  const parts = [letter, addressAtMs?.toString(36) ?? '', phoneAtMs.toString(36)];
  if (sender !== undefined) parts.push(sender.address, sender.site ?? '');
  return parts.join(' ');
}

/** Nothing that could be given back. */
const unreadable = { side: 'unknown', sender: undefined, addressAtMs: 0, phoneAtMs: 0 } as const;
const timePattern = /^[0-9a-z]{1,9}$/;

/**
 * Also of the form that always had the time of the address. What cannot be read stays counted: a wrong time would be an error
 * of the store, for everything that is given back with it.
 */
export function decodeReceipt({ receipt, atMs = 0 }: ReturnedSend) {
  const [letter, addressAt = '0', phoneAt = '0', address, site] = receipt.split(' ');
  const times = [addressAt === '' ? '0' : addressAt, phoneAt];
  if ((letter !== 'k' && letter !== 'u') || !times.every((time) => timePattern.test(time))) return unreadable;
  const side: Side = letter === 'k' ? 'known' : 'unknown';
  const sender = address === undefined ? undefined : { address, site: site || undefined };
  const addressAtMs = addressAt === '' ? atMs : Number.parseInt(addressAt, 36);
  const phoneAtMs = Number.parseInt(phoneAt, 36);
  return { side, sender, addressAtMs, phoneAtMs };
}
