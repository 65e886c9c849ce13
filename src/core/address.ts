import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { readIpv4 } from '../fast/ipv4.js';

/** Addresses for which a cache keeps what was computed: proxies and busy networks send most requests. */
export const cachedAddresses = 1000;

/**
 * Parses an address as proxies write it: alone, quoted, in brackets, with a port, with a zone. An IPv4-mapped IPv6
 * address (RFC 4291 §2.5.5.2) becomes the IPv4 address. Null for anything else. After an IPv6 address without brackets
 * a port is accepted only where it cannot be a group of the address.
 */
export function parseAddress(text: string): string | null {
  if (readIpv4(text) !== -1) return text;
  const ipv4 = text.startsWith('::ffff:') ? text.slice('::ffff:'.length) : text;
  if (isIP(ipv4) === 4) return ipv4;
  const bare = text.trim().replace(/^"([^"]*)"$/, '$1');
  const [, bracketed] = /^\[([^[\]]*)\](?::[0-9]{1,5})?$/.exec(bare) ?? [];
  const address = bracketed ?? bare;
  const [, beforePort] =
    isIP(address) === 0 ? (/^([0-9a-f:.]+(?:%[^:]*)?):[0-9]{1,5}$/i.exec(bare) ?? []) : [];
  const plain = dropZone(beforePort ?? address);
  const version = isIP(plain);
  if (version === 0) return null;
  return version === 4 ? plain : ipaddr.process(plain).toString();
}

/** The zone of a link-local address (RFC 4007 §11) names an interface of one machine. */
function dropZone(address: string): string {
  return address.replace(/%.*$/s, '');
}

/** The address in the host of a URL, where IPv6 has brackets. A name stays as it is. */
export function bareAddress(host: string): string {
  return dropZone(host.replace(/^\[(.*)\]$/, '$1'));
}

/**
 * The network whose limit a caller's address counts against: an IPv4 address itself, also when it is embedded in an IPv6
 * address, and the /64 of any other IPv6 address, since one host may use all of it.
 *
 * @returns the network, or `unknown` for anything that is not an address: all of those share one budget
 */
export function toNetwork(address: string | undefined): string {
  const plain = parseAddress(address ?? '');
  if (plain === null) return 'unknown';
  if (!plain.includes(':')) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  return findEmbedded(parsed.toByteArray())?.join('.') ?? `${formatPrefix(parsed, 4)}/64`;
}

/** The /48 around an IPv6 network from `toNetwork`, the usual allocation of a site (RFC 6177 §2). Undefined for IPv4. */
export function toSite(network: string): string | undefined {
  const end = network.indexOf('/');
  return end === -1 ? undefined : `${formatPrefix(ipaddr.IPv6.parse(network.slice(0, end)), 3)}/48`;
}

/**
 * The part of a caller's address that may be kept: the /24 around an IPv4 address, also one that is embedded in an IPv6
 * address, the /48 around any other IPv6 address (RFC 6177 §2), `unknown` for anything else.
 */
export function maskAddress(address: string): string {
  const network = toNetwork(address);
  return toSite(network) ?? network.replace(/\.\d+$/, '.0/24');
}

function formatPrefix({ parts }: ipaddr.IPv6, groups: number): string {
  const hex = parts.slice(0, groups).map((part) => part.toString(16));
  return `${hex.join(':')}::`;
}

/** Addresses that share their first `length` bits. */
export interface AddressRange {
  address: string;
  length: number;
  version: 'ipv4' | 'ipv6';
}

const mappedBits = 96;

/**
 * Parses an address or a CIDR range (RFC 4632 §3.1), or returns `null`. A range of IPv4-mapped addresses becomes the range
 * of the IPv4 addresses.
 */
export function parseRange(text: string): AddressRange | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (isIP(address) === 0 || rest.length > 0 || !(length <= bits)) return null;
  if (bits === 32) return { address, length, version: 'ipv4' };
  const plain = dropZone(address);
  const parsed = ipaddr.IPv6.parse(plain);
  return parsed.isIPv4MappedAddress() && length >= mappedBits
    ? { address: parsed.toIPv4Address().toString(), length: length - mappedBits, version: 'ipv4' }
    : { address: plain, length, version: 'ipv6' };
}

/** No public address is outside 2000::/3, global unicast (RFC 4291 §2.4), so trusting all of it is trusting everyone. */
const outsideGlobalUnicast = ['::/3', '4000::/2', '8000::/1'].map((text) => parseRange(text) as AddressRange);

/** Whether these ranges together cover all of IPv4, or all of IPv6 that is in use. */
export function coverEveryone(ranges: readonly AddressRange[], version: AddressRange['version']): boolean {
  const bits = version === 'ipv6' ? 128n : 32n;
  const spans = [...ranges, ...outsideGlobalUnicast]
    .filter((range) => range.version === version)
    .map(({ address, length }) => {
      const free = bits - BigInt(length);
      const first = (toNumber(address) >> free) << free;
      return { first, end: first + (1n << free) };
    })
    .sort((one, other) => (one.first < other.first ? -1 : 1));
  let covered = 0n;
  for (const { first, end } of spans) {
    if (first > covered) return false;
    if (end > covered) covered = end;
  }
  return covered === 1n << bits;
}

function toNumber(address: string): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

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
function findEmbedded(bytes: readonly number[]): readonly number[] | undefined {
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
