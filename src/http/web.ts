import { requestIdHeader } from '../core/request-id.js';
import { OtpError } from '../errors.js';
import type { HttpReply } from './reply.js';
import { createBrokenBodyError, createTooLongError, type HttpRequest, maxBodyBytes } from './request.js';

/** What the server knows about a request beyond the request itself. */
export interface RequestInfo {
  /**
   * The address of the other end of the connection. Requests without one share a single budget, named `unknown`, in the
   * limits by address.
   */
  remoteAddress?: string | null | undefined;
  /**
   * For hosts that stop a program after its answer, such as functions and the edge: keeps it running until this promise
   * settles. Called once, before the answer. The promise never rejects, and settles when the answer and all work that
   * follows it are done: messages, sends that are given back, events. Default: the program keeps running.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

export function fromWebRequest(request: Request, { remoteAddress }: RequestInfo = {}): HttpRequest {
  const { method, headers } = request;
  const { protocol, host, pathname, search } = parseUrl(request.url);
  return {
    method,
    path: pathname,
    query: search.slice(1),
    scheme: protocol === 'https:' ? 'https' : 'http',
    // In some frameworks the URL contains the host that the server listens on.
    host: headers.get('host') ?? host,
    remoteAddress: remoteAddress || undefined,
    header: (name) => headers.get(name),
    headerNames: () => headers.keys(),
    readBytes: () => readBody(request),
  };
}

function parseUrl(text: string): Pick<URL, 'protocol' | 'host' | 'pathname' | 'search'> {
  try {
    return new URL(text);
  } catch {
    // node-server makes requests whose host it has not checked. Without a path they are refused as malformed.
    return { protocol: 'http:', host: '', pathname: '', search: '' };
  }
}

/** A placeholder for requests without a host, since every URL needs one. */
const unknownHost = 'host.invalid';

/**
 * @param body that of the request, as it is passed on
 * @throws TypeError for a malformed host or path
 */
export function toWebRequest(request: HttpRequest, init: Pick<RequestInit, 'body' | 'signal'> = {}): Request {
  const { method, path, query, scheme, host } = request;
  const headers = new Headers();
  for (const name of request.headerNames()) headers.set(name, request.header(name) ?? '');
  const url = `${scheme}://${host || unknownHost}${path}${query === '' ? '' : `?${query}`}`;
  const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'TRACE';
  const { body = null, ...rest } = init;
  const made = new Request(url, { ...rest, headers, ...(hasBody ? { method, body, duplex: 'half' } : {}) });
  // Request does not allow TRACE.
  if (!hasBody) Object.defineProperty(made, 'method', { value: method });
  return made;
}

/** @param method that of the request; the answer to HEAD has no body */
export function toWebResponse(reply: HttpReply, method = 'GET'): Response {
  const { status, headers, body, requestId } = reply;
  const lines = new Headers(requestId === undefined ? {} : { [requestIdHeader]: requestId });
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') lines.set(name, value);
    else for (const line of value) lines.append(name, line);
  }
  return new Response(method === 'HEAD' ? null : body, { status, headers: lines });
}

async function readBody(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  try {
    if (declared !== null && /^[0-9]{1,15}$/.test(declared)) {
      if (Number(declared) > maxBodyBytes) throw createTooLongError();
      // The server enforces the declared length; checked here too.
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (bytes.length > maxBodyBytes) throw createTooLongError();
      return bytes;
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > maxBodyBytes) throw createTooLongError();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw error instanceof OtpError ? error : createBrokenBodyError(error);
  }
}
