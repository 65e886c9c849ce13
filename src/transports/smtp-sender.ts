const senderAddress = /^[^<>\s@,;:]+@[^<>\s@,;:]+$/;

/**
 * Reads `codes@example.com` or `Example <codes@example.com>`.
 *
 * @throws RangeError when the text holds no address
 */
export function readSender(text: string): { name: string; address: string } {
  const [, name = '', inBrackets] = /^\s*"?([^"<>\r\n]*?)"?\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  const address = inBrackets ?? text.trim();
  if (!senderAddress.test(address)) {
    throw new RangeError('from must be an address, or a name and an address in <>');
  }
  return { name, address };
}

/** Writes a sender for a provider's API (RFC 5322 §3.4; names beyond ASCII by RFC 2047 §4.1). */
export function formatSender({ name, address }: { name: string; address: string }): string {
  if (name === '') return address;
  const isPlain = /^[\x20-\x7e]*$/.test(name);
  const shown = isPlain
    ? `"${name.replace(/[\\"]/g, '\\$&')}"`
    : `=?UTF-8?B?${Buffer.from(name).toString('base64')}?=`;
  return `${shown} <${address}>`;
}
