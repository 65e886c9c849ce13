import type { CryptoKey, KeyObject } from 'jose';
import { remember } from '../fast/recent.js';
import type { CheckingKey } from './keys.js';

const maxTokenLength = 4096;

/** One of jose's functions that check a signature and return what was signed. */
export type Check<Result> = (
  token: string,
  key: CryptoKey | KeyObject,
  options: { algorithms: string[] },
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
  const header = parseHeader(token.slice(0, token.indexOf('.')));
  if (!header) return null;
  for (const { algorithm, kid, loadKey } of keys) {
    if (header['alg'] !== algorithm || header['kid'] !== kid) continue;
    // RFC 8725 §3.1: the algorithm is the key's, not the header's choice.
    const result = await check(token, await loadKey(), { algorithms: [algorithm] }).catch(() => null);
    if (result !== null) return result;
  }
  return null;
}

type Header = Record<string, unknown>;

/** All tokens of one key have the same header. */
const maxHeaders = 100;

/** The header of an encoded part, or null for one that none of our tokens has. */
const parseHeader = remember(maxHeaders, (part: string): Header | null => {
  const text = decode(part);
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed, text)) return null;
    return Object.keys(parsed).every((member) => headerMembers.includes(member)) ? (parsed as Header) : null;
  } catch {
    return null;
  }
});

/** Whether the payload of a compact JWS is this object, in its one spelling. */
export function isPayload(token: string, payload: object): boolean {
  return isObject(payload, decode(token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))));
}

const decode = (part: string) => Buffer.from(part, 'base64url').toString();

/** One spelling: of a member that stands there twice, or of a number that is none, each reader makes something else. */
function isObject(parsed: unknown, text: string): parsed is object {
  return (
    typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && JSON.stringify(parsed) === text
  );
}

/** A JWT in its one spelling: lenient base64 decoding would let one token be written in many ways. */
function isCompact(token: unknown): token is string {
  if (typeof token !== 'string' || token.length > maxTokenLength) return false;
  return (
    /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(token)?.slice(1).every(isCanonical) ?? false
  );
}

/** The last letters of what does not come in fours: the bits of theirs that belong to no byte are zero (RFC 4648 §3.5). */
const lastOfThree = 'AEIMQUYcgkosw048';
const lastOfTwo = 'AQgw';

function isCanonical(part: string): boolean {
  const last = part.charAt(part.length - 1);
  switch (part.length % 4) {
    case 0:
      return true;
    case 3:
      return lastOfThree.includes(last);
    case 2:
      return lastOfTwo.includes(last);
    default:
      return false;
  }
}
