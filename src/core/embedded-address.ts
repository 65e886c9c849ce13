/**
 * Where standardised prefixes embed an IPv4 address. Prefixes that an operator picks (RFC 6052 §2.2) look like any other
 * address, and clients choose interface identifiers (ISATAP, RFC 5214 §6.1) themselves: decoding either would let a
 * client spend the budget of any IPv4 address.
 */
const embeddings: readonly {
  prefix: readonly number[];
  extract(bytes: readonly number[]): readonly number[];
}[] = [
  // IPv4-mapped, RFC 4291 §2.5.5.2.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], extract: extractLast },
  // IPv4-translated, used by stateless translators: RFC 2765 §2.1.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], extract: extractLast },
  // IPv4-compatible, RFC 4291 §2.5.5.1.
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], extract: extractLast },
  // NAT64: the well-known prefix (RFC 6052 §2.1) and the local-use prefix (RFC 8215 §5).
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], extract: extractLast },
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], extract: extractLocalNat64 },
  // 6to4, RFC 3056 §2.
  { prefix: [0x20, 0x02], extract: (bytes) => bytes.slice(2, 6) },
  // Teredo, RFC 4380 §4: the client's address with every bit inverted.
  { prefix: [0x20, 0x01, 0, 0], extract: (bytes) => extractLast(bytes).map((byte) => byte ^ 0xff) },
];

/** The four bytes of the IPv4 address embedded in these 16 bytes, if there is one. */
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
 * Operators pick a prefix of 96, 64, 56 or 48 bits in the /48. By RFC 6052 §2.2 the address follows it, skipping byte 8,
 * and the rest is zero; so the last non-zero byte reveals the prefix length, unless the address itself ends in zero.
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
