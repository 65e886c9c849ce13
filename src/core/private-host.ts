import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bareAddress } from './address.js';
import { isLoopbackHost } from './loopback.js';

/** ipaddr.js's names of the ranges of machines and networks that the internet does not route to. */
export const privateRanges: readonly string[] = [
  'loopback',
  'private',
  'uniqueLocal',
  'linkLocal',
  'carrierGradeNat',
];

/** Never delegated: RFC 6761, RFC 6762, RFC 8375, and `.internal` by resolution 2024.07.29.06 of ICANN's board. */
const privateSuffix = /\.(?:localhost|local|internal|home\.arpa)$/;

/**
 * Whether a host can only be on this machine or its own network: a loopback or private address, a name without a dot, or
 * one under a suffix that public DNS does not have, such as `redis.default.svc.cluster.local`.
 *
 * @param host a name or an address, with or without brackets
 */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLoopbackHost(name)) return true;
  const address = findAddress(name);
  if (address !== undefined) {
    const range = ipaddr.process(address).range();
    return range === 'unspecified' || privateRanges.includes(range);
  }
  return !name.includes('.') || privateSuffix.test(name);
}

/** Resolvers accept IPv4 addresses in other spellings, such as 134744072 and 0x8.8.8.8, which look like names. */
function findAddress(name: string): string | undefined {
  const bare = bareAddress(name);
  if (isIP(bare) !== 0) return bare;
  const url = `http://${name}/`;
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  return isIP(hostname) === 0 ? undefined : hostname;
}
