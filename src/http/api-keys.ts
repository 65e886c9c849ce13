import { hash, timingSafeEqual } from 'node:crypto';

/**
 * What the holder of an API key may do: use the routes of codes, or those of the operator. With `unguarded`, the limits over a
 * day of addresses, networks, prefixes and countries do not apply to its requests.
 */
export const callerRights = ['otp', 'operate', 'unguarded'] as const;
export type CallerRight = (typeof callerRights)[number];

export interface ApiCaller {
  /** For the log; a key that was configured as a hash alone has none. */
  name: string | undefined;
  /** SHA-256 of the key, in hex. */
  hash: string;
  rights: readonly CallerRight[];
}

export const apiKeyHeader = 'X-API-Key';

/** SHA-256 of an API key, in hex. Keys are 32 random bytes, so no slow hash is needed. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Finds the callers whose key this is: none, or several if one key is listed more than once. */
export function createApiCallerFinder(callers: readonly ApiCaller[]): (key: string | null) => ApiCaller[] {
  const known = callers.map((caller) => ({ caller, bytes: Buffer.from(caller.hash, 'hex') }));
  return (key) => {
    const presented = Buffer.from(hashApiKey(key ?? ''), 'hex');
    // Compares all of them, so that timing does not reveal which one came close.
    return known
      .filter(({ bytes }) => bytes.length === presented.length && timingSafeEqual(bytes, presented))
      .map(({ caller }) => caller);
  };
}

/** A client with a name and a secret, stored as its SHA-256 in hex. */
export interface Client {
  name: string;
  hash: string;
}

/** Checks HTTP Basic authentication (RFC 7617) of a client. */
export function createClientCheck(clients: readonly Client[]): (header: string | null) => boolean {
  const findClients = createApiCallerFinder(clients.map((client) => ({ ...client, rights: [] })));
  return (header) => {
    const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1] ?? '';
    const [, name = '', secret = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    // A client that changes its secret is listed twice for a while.
    return findClients(secret).some((client) => client.name === name);
  };
}
