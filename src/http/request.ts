import { OtpError } from '../errors.js';

/** A request, independent of the server that received it. */
export interface HttpRequest {
  method: string;
  /** As it was sent, without the query. */
  path: string;
  /** What follows the first `?`; empty without one. */
  query: string;
  scheme: 'http' | 'https';
  /** The requested host and port, as in a Host header; empty without one, as in HTTP/1.0 health checks. */
  host: string;
  /** The address of the other end of the connection, if known. */
  remoteAddress: string | undefined;
  /** A header by its name in lower case, repeated lines joined by a comma; null without it. */
  header(name: string): string | null;
  headerNames(): Iterable<string>;
  /**
   * The whole body, once.
   *
   * @throws OtpError `invalid_request` for one that is too long or breaks off
   */
  readBytes(): Uint8Array | Promise<Uint8Array>;
}

/**
 * Whether a browser navigates here, and shows what comes. Programs, and scripts that ask for parts of a page, could mistake
 * another page for the answer. Browsers say what they do (W3C Fetch Metadata §2.3) where the connection is secure.
 */
export function isNavigation(method: string, { header }: Pick<HttpRequest, 'header'>): boolean {
  if (!/^(GET|HEAD)$/i.test(method) || !/\btext\/html\b/i.test(header('accept') ?? '')) return false;
  const mode = header('sec-fetch-mode');
  return mode ? mode === 'navigate' : !/^XMLHttpRequest$/i.test(header('x-requested-with') ?? '');
}

export const maxBodyBytes = 4096;

export function createTooLongError(): OtpError {
  return new OtpError('invalid_request', `The body must be at most ${maxBodyBytes} bytes`);
}

/** A body that breaks off is the sender's fault. */
export function createBrokenBodyError(cause: unknown): OtpError {
  return new OtpError('invalid_request', 'The body could not be read to its end', { cause });
}

/** A body with a content coding; nothing is decompressed. */
export class CompressedBodyError extends OtpError {
  constructor() {
    super('invalid_request', 'The body must not be compressed: send it without Content-Encoding');
  }
}
