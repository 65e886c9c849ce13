import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

type Incoming = Pick<IncomingMessage | Http2ServerRequest, 'headers' | 'rawHeaders'>;

/** Node keeps only the first line of these headers, while a proxy may use the last. */
const firstLineOnly = ['authorization', 'content-type', 'host'];

/**
 * A header as the Web-standard `Headers` give it: repeated lines are joined by a comma. So two lines of Authorization,
 * Content-Type or Host (RFC 9112 §3.2) are no valid value, whichever comes first.
 *
 * @param name in lower case
 */
export function findHeader({ headers, rawHeaders }: Incoming, name: string): string | null {
  if (firstLineOnly.includes(name)) {
    const lines: string[] = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const candidate = rawHeaders[i];
      if (candidate?.length === name.length && candidate.toLowerCase() === name)
        lines.push(rawHeaders[i + 1] ?? '');
    }
    if (lines.length > 1) return lines.join(', ');
  }
  // Not from the raw lines: a middleware of the app may have set it.
  const value = headers[name];
  return value === undefined ? null : String(value);
}

/** Makes `headers` agree with `findHeader`, for code that only reads those. */
export function joinRepeatedLines(incoming: IncomingMessage): void {
  // Not Host: Next builds URLs from it.
  for (const name of ['authorization', 'content-type']) {
    const value = findHeader(incoming, name);
    if (value !== null) incoming.headers[name] = value;
  }
}
