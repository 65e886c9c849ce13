import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

type Incoming = Pick<IncomingMessage | Http2ServerRequest, 'headers' | 'rawHeaders'>;

/** Node keeps only the first line of these headers, while a proxy may use the last. */
const firstLineOnly = new Set(['authorization', 'content-type']);

/**
 * A header as the Web-standard `Headers` give it: repeated lines are joined by a comma. So two Authorization or
 * Content-Type lines are no valid value, whichever comes first.
 *
 * @param name in lower case
 */
export function readHeader({ headers, rawHeaders }: Incoming, name: string): string | null {
  if (firstLineOnly.has(name) && isRepeated(rawHeaders, name)) {
    return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name).join(', ');
  }
  // Not from the raw lines: a middleware of the app may have set it.
  const value = headers[name];
  return value === undefined ? null : String(value);
}

/** Makes `headers` agree with `readHeader`, for code that only reads those. */
export function joinRepeatedLines(incoming: IncomingMessage): void {
  for (const name of firstLineOnly) {
    if (isRepeated(incoming.rawHeaders, name)) incoming.headers[name] = readHeader(incoming, name) ?? '';
  }
}

/**
 * The Host header, or what a framework makes of it. Two lines of it, of which each server on the way may go by another, are no valid
 * value (RFC 9112 §3.2).
 */
export function readHost({ headers, rawHeaders }: Incoming, host = headers.host): string {
  return isRepeated(rawHeaders, 'host') ? ',' : (host ?? '');
}

function isRepeated(rawHeaders: readonly string[], name: string): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) count++;
  }
  return count > 1;
}
