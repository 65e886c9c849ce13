import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { findEmbedded } from './embedded-address.js';

/**
 * Reads an address as proxies write it: alone, quoted, in brackets, with a port, with a zone. One that is mapped into
 * IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. Null for anything else. A port may follow an IPv6 address without
 * brackets only where it cannot be a group of the address.
 */
export function parseAddress(text: string): string | null {
  const ipv4 = text.startsWith('::ffff:') ? text.slice('::ffff:'.length) : text;
  if (isIP(ipv4) === 4) return ipv4;
  const bare = text.trim().replace(/^"([^"]*)"$/, '$1');
  const [, bracketed, withPort] = /^(?:\[([^[\]]*)\]|([0-9.]+)(?=:))(?::[0-9]{1,5})?$/.exec(bare) ?? [];
  // The zone of a link-local address (RFC 4007 §11) names an interface of one machine, not the caller.
  const address = bracketed ?? withPort ?? bare;
  const [, beforePort] =
    isIP(address) === 0 ? (/^([0-9a-f:.]+(?:%[^:]*)?):[0-9]{1,5}$/i.exec(bare) ?? []) : [];
  const plain = (beforePort ?? address).replace(/%.*$/s, '');
  const version = isIP(plain);
  if (version === 0) return null;
  return version === 4 ? plain : ipaddr.process(plain).toString();
}

/**
 * The network that one caller stands for in the limits: an IPv4 address as it is, also embedded in an IPv6 address, and
 * any other IPv6 address by its /64, since one host may use any address in it.
 *
 * @returns the network, or `unknown` for what is not an address: all of those share one budget
 */
export function toNetwork(address: string | undefined): string {
  const plain = parseAddress(address ?? '');
  if (plain === null) return 'unknown';
  if (isIP(plain) === 4) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  return findEmbedded(parsed.toByteArray())?.join('.') ?? `${formatPrefix(parsed, 4)}/64`;
}

/** The /48 around an IPv6 network of `toNetwork`: what a site is usually given (RFC 6177 §2). Undefined for others. */
export function toSite(network: string): string | undefined {
  const [prefix = '', length] = network.split('/');
  return length === undefined ? undefined : `${formatPrefix(ipaddr.IPv6.parse(prefix), 3)}/48`;
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
 * Reads an address or a CIDR range (RFC 4632 §3.1), or `null` when it is neither. A range of IPv4-mapped addresses is the
 * range of the IPv4 addresses.
 */
export function parseRange(text: string): AddressRange | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (isIP(address) === 0 || rest.length > 0 || !(length <= bits)) return null;
  if (bits === 32) return { address, length, version: 'ipv4' };
  const plain = address.replace(/%.*$/s, '');
  const parsed = ipaddr.IPv6.parse(plain);
  return parsed.isIPv4MappedAddress() && length >= mappedBits
    ? { address: parsed.toIPv4Address().toString(), length: length - mappedBits, version: 'ipv4' }
    : { address: plain, length, version: 'ipv6' };
}

/** Whether these ranges together hold every address of this version. */
export function coverEverything(ranges: readonly AddressRange[], version: AddressRange['version']): boolean {
  const bits = version === 'ipv6' ? 128n : 32n;
  const spans = ranges
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
