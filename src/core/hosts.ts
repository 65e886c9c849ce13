import { toAsciiDomain } from '../fast/ascii-domain.js';
import { parseAddress } from './address.js';

/** RFC 1035 §2.3.4, in the text form. */
const maxNameLength = 253;
/** Underscores too, which names of containers have. */
const asciiName = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * The host that a Host header or the authority of a URL names: in lower case, without its port and the dot of the root, an
 * IPv6 address in brackets. Null for anything else.
 */
export function parseHost(text: string): string | null {
  if (text.length > maxNameLength + ':65535'.length) return null;
  const [, bracketed, name = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+?)\.?)(?::[0-9]{1,5})?$/i.exec(text) ?? [];
  if (bracketed === undefined) return checkName(name.toLowerCase());
  const address = parseAddress(bracketed);
  return address === null ? null : `[${address}]`;
}

/** Like `parseHost`, for a host as people write it: without a port, in any script. */
export function parseHostName(text: string): string | null {
  if (/^\[.*\]$/.test(text)) return parseHost(text);
  const isAscii = !/[^\0-\x7f]/.test(text);
  return checkName(isAscii ? text.replace(/\.$/, '').toLowerCase() : (toAsciiDomain(text) ?? ''));
}

function checkName(name: string): string | null {
  return name.length <= maxNameLength && asciiName.test(name) ? name : null;
}

/**
 * The entry of the host itself, or of the longest suffix that it has: `*.example.com` matches every host under example.com.
 *
 * @param entries by host, or by `*.` and what the host ends in
 */
export function findByHost<Entry>(entries: ReadonlyMap<string, Entry>, host: string): Entry | undefined {
  let entry = entries.get(host);
  for (let dot = host.indexOf('.'); entry === undefined && dot >= 0; dot = host.indexOf('.', dot + 1)) {
    entry = entries.get(`*${host.slice(dot)}`);
  }
  return entry;
}

/** The key of a host or a suffix such as `*.example.com` in a table; null for anything else. */
export function parseHostPattern(text: string): string | null {
  if (!text.startsWith('*.')) return parseHostName(text);
  const name = parseHostName(text.slice(2));
  // Addresses have no labels.
  const isName = name !== null && !name.startsWith('[') && !/^[0-9.]+$/.test(name);
  return isName ? `*.${name}` : null;
}
