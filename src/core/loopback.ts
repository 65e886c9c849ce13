import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether a host is this machine for everybody who names it: `localhost`, a name under it (RFC 6761 §6.3), or a loopback
 * address, in brackets or not.
 */
export function isLoopbackHost(host: string): boolean {
  if (/^(?:.+\.)?localhost$/i.test(host)) return true;
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';
}
