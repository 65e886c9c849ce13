import { OtpError } from '../errors.js';

/** The most bytes that a body may have. */
export const maxBodyBytes = 4096;

/** What a route reads of a request, by whatever server it came. */
export interface Call {
  /** A header by its name in lower case; null without it. */
  header(name: string): string | null;
  /** The names of all headers, in lower case. */
  headerNames(): Iterable<string>;
  /**
   * The whole body, once.
   *
   * @throws OtpError `invalid_request` for one that is too long or breaks off
   */
  readBytes(): Promise<Uint8Array>;
}

/** The call that a Web-standard request is. */
export function createWebCall(request: Request): Call {
  return {
    header: (name) => request.headers.get(name),
    headerNames: () => request.headers.keys(),
    async readBytes() {
      try {
        return await readRequest(request);
      } catch (error) {
        throw error instanceof OtpError ? error : createBrokenBodyError(error);
      }
    },
  };
}

/** A body that breaks off is the sender's fault. */
export function createBrokenBodyError(cause: unknown): OtpError {
  return new OtpError('invalid_request', 'The body could not be read to its end', { cause });
}

async function readRequest(request: Request): Promise<Uint8Array> {
  const tooLong = () => new OtpError('invalid_request', `The body must be at most ${maxBodyBytes} bytes`);
  const declared = request.headers.get('content-length');
  if (declared !== null && /^[0-9]{1,15}$/.test(declared)) {
    if (Number(declared) > maxBodyBytes) throw tooLong();
    // The server holds the sender to what it declared, so nothing longer comes; checked all the same.
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBodyBytes) throw tooLong();
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBodyBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
