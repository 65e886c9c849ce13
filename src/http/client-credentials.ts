import { createApiKeyCheck } from './api-keys.js';

/** A client with a name and a secret, stored as its SHA-256 in hex. */
export interface Client {
  name: string;
  hash: string;
}

/** Checks HTTP Basic authentication (RFC 7617) of a client. */
export function createClientCheck(clients: readonly Client[]): (header: string | null) => boolean {
  // A client that changes its secret is listed twice for a while.
  const hashesOf = (wanted: string) => clients.filter(({ name }) => name === wanted).map(({ hash }) => hash);
  const checks = new Map(clients.map(({ name }) => [name, createApiKeyCheck(hashesOf(name))]));
  const checkNobody = createApiKeyCheck([]);
  return (header) => {
    const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1] ?? '';
    const [, name = '', secret = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    return (checks.get(name) ?? checkNobody)(secret);
  };
}
