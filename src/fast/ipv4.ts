/**
 * The number of an IPv4 address in dotted decimal notation, 0 to 2³² − 1; −1 for any other text. Leading zeros are refused, as
 * `net.isIP` does: some programs read them as octal.
 */
export function readIpv4(text: string): number {
  let address = 0;
  let byte = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && byte === 0) return -1;
      byte = byte * 10 + digit;
      digits += 1;
      if (byte > 255) return -1;
    } else if (text[i] === '.' && digits > 0) {
      address = address * 256 + byte;
      byte = 0;
      digits = 0;
      dots += 1;
    } else {
      return -1;
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + byte : -1;
}

/** The first and the last number of a range. */
export interface Ipv4Range {
  first: number;
  last: number;
}

/**
 * The addresses that share their first `length` bits with this one.
 *
 * @param length 0 to 32
 */
export function toIpv4Range(address: string, length: number): Ipv4Range {
  const size = 2 ** (32 - length);
  const first = Math.floor(readIpv4(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** Whether one of the ranges has the address of this number. */
export function isInRanges(address: number, ranges: readonly Ipv4Range[]): boolean {
  for (const { first, last } of ranges) if (address >= first && address <= last) return true;
  return false;
}
