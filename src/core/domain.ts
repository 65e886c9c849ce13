import { toAsciiDomain } from '../fast/ascii-domain.js';

const maxDomainLength = 254;

/** Two labels or more (RFC 5321 §4.1.2, RFC 1035 §2.3.4); the last one is not a number, decimal or hexadecimal. */
export const hostName =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!(?:[0-9]+|0x[0-9a-f]*)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The ASCII form of a domain by UTS 46, non-transitional and with every check, or `null` when it is not a host name of
 * two labels or more. Not by the runtime's URL parser, whose rules change between versions.
 */
export function canonicaliseDomain(text: string): string | null {
  if (text.length > maxDomainLength) return null;
  const domain = toAsciiDomain(text);
  return domain !== null && hostName.test(domain) ? domain : null;
}

/** Whether a host is this domain or under it. */
export function isInDomain(host: string, domain: string): boolean {
  return `.${host}`.endsWith(`.${domain}`);
}
