import { OtpError } from '../errors.js';
import type { HttpReply } from './reply.js';
import { type HttpRequest, maxBodyBytes } from './request.js';

/** What the server knows of a request that the request itself does not hold. */
export interface RequestInfo {
  /**
   * The address of the other end of the connection. Requests without one share a single budget, named `unknown`, in the
   * limits by address.
   */
  remoteAddress?: string | null | undefined;
}

/** What a Web-standard request asks. */
export function fromWebRequest(request: Request, { remoteAddress }: RequestInfo = {}): HttpRequest {
  const { method, headers } = request;
  const { protocol, host, pathname, search } = new URL(request.url);
  return {
    method,
    path: pathname,
    query: search.slice(1),
    scheme: protocol === 'https:' ? 'https' : 'http',
    // Behind some frameworks the URL names the host that the server listens on.
    host: headers.get('host') ?? host,
    remoteAddress: remoteAddress || undefined,
    header: (name) => headers.get(name),
    headerNames: () => headers.keys(),
    async readBytes() {
      try {
        return await readBody(request);
      } catch (error) {
        throw error instanceof OtpError ? error : createBrokenBodyError(error);
      }
    },
  };
}

/** The Web-standard response that gives this reply. */
export function toWebResponse({ status, headers, body }: HttpReply): Response {
  const lines = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') lines.set(name, value);
    else for (const line of value) lines.append(name, line);
  }
  return new Response(body, { status, headers: lines });
}

/** A body that breaks off is the sender's fault. */
export function createBrokenBodyError(cause: unknown): OtpError {
  return new OtpError('invalid_request', 'The body could not be read to its end', { cause });
}

async function readBody(request: Request): Promise<Uint8Array> {
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
