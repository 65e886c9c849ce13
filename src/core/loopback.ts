import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bareAddress } from './address.js';

/**
 * Whether a host always means this machine: `localhost`, a name under it (RFC 6761 §6.3), or a loopback address, with or
 * without brackets.
 */
export function isLoopbackHost(host: string): boolean {
  if (/^(?:.+\.)?localhost$/i.test(host)) return true;
  const address = bareAddress(host);
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';
}
