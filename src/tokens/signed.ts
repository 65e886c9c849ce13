import type { CryptoKey } from 'jose';
import { decodeBase64url } from '../core/base64.js';
import { remember } from '../fast/recent.js';
import type { CheckingKey } from './keys.js';

export const maxTokenLength = 4096;

/** The header parameters we issue. Keys and key URLs in a header are attacker-controlled (RFC 8725 §3.5, §3.10). */
const headerMembers = ['alg', 'kid', 'typ'];

/**
 * Verifies a compact JWS with the key its header names, by that key's algorithm. Null when it is invalid.
 *
 * @param check one of jose's verify functions
 */
export async function checkSigned<Result>(
  token: unknown,
  keys: readonly CheckingKey[],
  check: (token: string, key: CryptoKey, options: { algorithms: string[] }) => Promise<Result>,
): Promise<Result | null> {
  if (!isCompact(token)) return null;
  const header = parseHeader(token.slice(0, token.indexOf('.')));
  if (!header) return null;
  for (const { algorithm, kid, loadKey } of keys) {
    if (header['alg'] !== algorithm || header['kid'] !== kid) continue;
    // RFC 8725 §3.1: the key determines the algorithm, not the header.
    const result = await check(token, await loadKey(), { algorithms: [algorithm] }).catch(() => null);
    if (result !== null) return result;
  }
  return null;
}

type Header = Record<string, unknown>;

/** All tokens of one key have the same header. */
const maxHeaders = 100;

/** Null for a header that none of our tokens has. */
const parseHeader = remember(maxHeaders, (part: string): Header | null => {
  const text = decode(part);
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isCanonicalObject(parsed, text)) return null;
    return Object.keys(parsed).every((member) => headerMembers.includes(member)) ? (parsed as Header) : null;
  } catch {
    return null;
  }
});

/** Whether the payload of a compact JWS is the canonical JSON of this object. */
export function isPayload(token: string, payload: object): boolean {
  return isCanonicalObject(payload, decode(token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))));
}

const decode = (part: string) => Buffer.from(part, 'base64url').toString();

/** Canonical JSON only: parsers disagree on duplicate keys and on non-finite numbers. */
function isCanonicalObject(parsed: unknown, text: string): parsed is object {
  return (
    typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && JSON.stringify(parsed) === text
  );
}

/** Strict: lenient base64url decoding would accept many spellings of one token. */
function isCompact(token: unknown): token is string {
  if (typeof token !== 'string' || token.length > maxTokenLength) return false;
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => part !== '' && decodeBase64url(part) !== null);
}
