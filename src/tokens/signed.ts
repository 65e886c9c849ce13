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
  for (const { algorithm, kid, readKey } of keys) {
    if (header['alg'] !== algorithm || header['kid'] !== kid) continue;
    // RFC 8725 §3.1: the algorithm is the key's, not the header's choice.
    const result = await check(token, await readKey(), { algorithms: [algorithm] }).catch(() => null);
    if (result !== null) return result;
  }
  return null;
}

/** Null for a header that no token of ours has. */
function readHeader(token: string): Record<string, unknown> | null {
  const header = readPart(token, 0);
  return header && Object.keys(header).every((member) => headerMembers.includes(member)) ? header : null;
}

/**
 * The header (0) or payload (1) of a compact JWS. Null for one that is no JSON object in its one spelling: of a member
 * that stands there twice, or of a number that is none, each reader makes something else.
 */
export function readPart(token: string, index: 0 | 1): Record<string, unknown> | null {
  const text = Buffer.from(token.split('.', 2)[index] ?? '', 'base64url').toString();
  try {
    const part: unknown = JSON.parse(text);
    const isObject = typeof part === 'object' && part !== null && !Array.isArray(part);
    return isObject && JSON.stringify(part) === text ? { ...part } : null;
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
