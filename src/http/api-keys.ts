import { hash, timingSafeEqual } from 'node:crypto';

/** What the holder of an API key may do: use the routes of codes, or those of the operator. */
export const callerRights = ['otp', 'operate'] as const;
export type CallerRight = (typeof callerRights)[number];

/** The holder of an API key. */
export interface ApiCaller {
  /** For the log; a key that was given as a mere hash has none. */
  name: string | undefined;
  /** SHA-256 of the key, in hex. */
  hash: string;
  rights: readonly CallerRight[];
}

/** The callers whose key this is: none, or several if one key is listed more than once. */
export type FindApiCallers = (key: string | null) => ApiCaller[];

/** SHA-256 of an API key, in hex. Keys are 32 random bytes, so no slow hash is needed. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

export function createApiCallerFinder(callers: readonly ApiCaller[]): FindApiCallers {
  const known = callers.map((caller) => ({ caller, bytes: Buffer.from(caller.hash, 'hex') }));
  return (key) => {
    const presented = Buffer.from(hashApiKey(key ?? ''), 'hex');
    // Compares all of them, so that timing does not reveal which one came close.
    return known
      .filter(({ bytes }) => bytes.length === presented.length && timingSafeEqual(bytes, presented))
      .map(({ caller }) => caller);
  };
}

/** @param hashes SHA-256 of each key, in hex */
export function createApiKeyCheck(hashes: readonly string[]): (key: string | null) => boolean {
  const find = createApiCallerFinder(hashes.map((hash) => ({ name: undefined, hash, rights: [] })));
  return (key) => find(key).length > 0;
}
