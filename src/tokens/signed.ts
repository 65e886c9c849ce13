import type { CryptoKey, KeyObject, VerifyOptions } from 'jose';
import type { CheckingKey } from './keys.js';

const maxTokenLength = 4096;

/** One of jose's functions that check a signature and return what was signed. */
export type Check<Result> = (
  token: string,
  key: CryptoKey | KeyObject,
  options: VerifyOptions,
) => Promise<Result>;

/** What our headers hold. Keys and their addresses in a header are the sender's own (RFC 8725 §3.5, §3.10). */
const headerMembers = ['alg', 'kid', 'typ'];

/** Checks a compact JWS with the one key that may have signed it, by that key's algorithm. Null when it fails. */
export async function checkSigned<Result>(
  token: unknown,
  keys: readonly CheckingKey[],
  check: Check<Result>,
): Promise<Result | null> {
  if (!isCompact(token)) return null;
  const header = readHeader(token);
  if (!header) return null;
  for (const { algorithm, kid, key } of keys) {
    if (header['alg'] !== algorithm || header['kid'] !== kid) continue;
    // RFC 8725 §3.1: the algorithm is the key's, not the header's choice.
    const result = await check(token, key, { algorithms: [algorithm] }).catch(() => null);
    if (result !== null) return result;
  }
  return null;
}

/** Null for a header that no token of ours has, or that is not in its one spelling: members twice, blanks. */
function readHeader(token: string): Record<string, unknown> | null {
  const text = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || JSON.stringify(header) !== text) return null;
    const isOurs = Object.keys(header).every((member) => headerMembers.includes(member));
    return isOurs ? { ...header } : null;
  } catch {
    return null;
  }
}

/** A JWT in its one spelling: lenient base64 decoding would let one token be written in many ways. */
function isCompact(token: unknown): token is string {
  if (typeof token !== 'string' || token.length > maxTokenLength) return false;
  const parts = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(token)?.slice(1);
  return parts?.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part) ?? false;
}
