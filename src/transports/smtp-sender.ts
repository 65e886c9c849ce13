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
