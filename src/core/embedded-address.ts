/**
 * Where standardised prefixes keep an IPv4 address. Prefixes that an operator picks (RFC 6052 §2.2) cannot be told from
 * other addresses, and interface identifiers (ISATAP, RFC 5214 §6.1) are for a client to choose: neither is extract, or
 * a client could spend the budget of any IPv4 address.
 */
const embeddings: readonly {
  prefix: readonly number[];
  extract(bytes: readonly number[]): readonly number[];
}[] = [
  // IPv4-mapped, RFC 4291 §2.5.5.2.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], extract: extractLast },
  // IPv4-translated, which stateless translators use: RFC 2765 §2.1.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], extract: extractLast },
  // IPv4-compatible, RFC 4291 §2.5.5.1.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], extract: extractLast },
  // NAT64: the well-known prefix of RFC 6052 §2.1, and the one for local use of RFC 8215 §5.
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], extract: extractLast },
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], extract: extractLocalNat64 },
  // 6to4, RFC 3056 §2: every address of a site leads back to this one.
  { prefix: [0x20, 0x02], extract: (bytes) => bytes.slice(2, 6) },
  // Teredo, RFC 4380 §4: the client's address with every bit inverted.
  { prefix: [0x20, 0x01, 0, 0], extract: (bytes) => extractLast(bytes).map((byte) => byte ^ 0xff) },
];

/** The four bytes of the IPv4 address that these 16 bytes embed, if they do. */
export function findEmbedded(bytes: readonly number[]): readonly number[] | undefined {
  if (isUnspecifiedOrLoopback(bytes)) return undefined;
  return embeddings
    .find(({ prefix }) => prefix.every((byte, index) => bytes[index] === byte))
    ?.extract(bytes);
}

function extractLast(bytes: readonly number[]): readonly number[] {
  return bytes.slice(12);
}

/**
 * An operator picks a prefix of 96, 64, 56 or 48 bits in the /48. By RFC 6052 §2.2 the address follows it, byte 8 is
 * skipped, and what is left is zero; so the last byte that is not zero tells the length, unless an address ends in zero.
 */
function extractLocalNat64(bytes: readonly number[]): readonly number[] {
  const places = bytes.slice(13).some((byte) => byte !== 0)
    ? [12, 13, 14, 15]
    : bytes[12] !== 0
      ? [9, 10, 11, 12]
      : bytes[11] !== 0
        ? [7, 9, 10, 11]
        : [6, 7, 9, 10];
  return places.map((place) => bytes[place] ?? 0);
}

/** `::` and `::1`, which look IPv4-compatible (RFC 4291 §2.5.2 and §2.5.3). */
function isUnspecifiedOrLoopback(bytes: readonly number[]): boolean {
  return bytes.slice(0, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) <= 1;
}
