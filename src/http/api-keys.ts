import { hash, timingSafeEqual } from 'node:crypto';

/** Whether a request brings the key of a known caller. */
export type CheckApiKey = (key: string | null) => boolean;

/** SHA-256 of an API key, in hex. Keys are 32 random bytes, so no slow hash is needed. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** @param hashes SHA-256 of each key, in hex */
export function createApiKeyCheck(hashes: readonly string[]): CheckApiKey {
  const known = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return (key) => {
    const presented = Buffer.from(hashApiKey(key ?? ''), 'hex');
    // Compares all of them, so that timing does not reveal which one came close.
    return (
      known.filter((hash) => hash.length === presented.length && timingSafeEqual(hash, presented)).length > 0
    );
  };
}
