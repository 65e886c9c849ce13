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

export function decodeReceipt({ receipt, atMs = 0 }: ReturnedSend) {
  const [letter, addressAt = '0', phoneAt = '0', address, site] = receipt.split(' ');
  const side: Side = letter === 'k' ? 'known' : 'unknown';
  const sender = address === undefined ? undefined : { address, site: site || undefined };
  const addressAtMs = addressAt === '' ? atMs : Number.parseInt(addressAt, 36);
  const phoneAtMs = Number.parseInt(phoneAt, 36);
  return { side, sender, addressAtMs, phoneAtMs };
}
