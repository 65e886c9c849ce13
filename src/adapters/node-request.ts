import { OtpError } from '../errors.js';
import { isHost } from '../http/host.js';
import {
  createBrokenBodyError,
  createTooLongError,
  type HttpRequest,
  maxBodyBytes,
} from '../http/request.js';
import type { PassableRequest } from './ask.js';
import { findHeader } from './header-lines.js';
import type { Exchange } from './turns.js';

/** Converts a request of a Node server. */
export function createNodeRequest(exchange: Exchange, remoteAddress: string | undefined): PassableRequest {
  const { incoming } = exchange;
  const { method = '', url = '', headers, socket } = incoming;
  const end = url.indexOf('?');
  const request: PassableRequest = {
    method,
    path: end < 0 ? url : url.slice(0, end),
    query: end < 0 ? '' : url.slice(end + 1),
    scheme: 'encrypted' in socket ? 'https' : 'http',
    host: findHeader(incoming, 'host') ?? '',
    remoteAddress,
    header: findHeader.bind(null, incoming),
    headerNames: () => Object.keys(headers),
    readBytes: readBody.bind(null, incoming),
    // Readable.toWeb throws outside of any handler when it is cancelled with chunks left (Node 20, 24): the process would end.
    pass: () => ({ body: ReadableStream.from(incoming) as ReadableStream, signal: signalHangUp(exchange) }),
  };
  return url.startsWith('/') || !isHost(request.host) ? request : { ...request, ...parseAbsolute(url) };
}

/** An absolute-form target: its host overrides the Host header (RFC 9112 §3.2.2). */
function parseAbsolute(target: string): Partial<HttpRequest> {
  // A malformed target stays unchanged: without a leading slash it is refused.
  if (!/^https?:\/\/[^\\?]*(?:\?|$)/.test(target) || !URL.canParse(target)) return {};
  const { protocol, host, pathname, search } = new URL(target);
  return { path: pathname, query: search.slice(1), scheme: protocol === 'https:' ? 'https' : 'http', host };
}

function readBody(incoming: Exchange['incoming']): Uint8Array | Promise<Uint8Array> {
  // Node discards an unread body after the answer.
  if (Number(incoming.headers['content-length']) > maxBodyBytes) throw createTooLongError();
  if (incoming.destroyed || incoming.readableEnded) throw createBrokenBodyError('It has ended');
  // Where another listener lets it flow, only listening gets all of it.
  if (!incoming.complete || incoming.readableFlowing) return collect(incoming);
  // Most bodies have arrived by now, and are read in one piece (docs/decisions/0020).
  const body = (incoming.read() ?? Buffer.alloc(0)) as Uint8Array;
  if (body.length > maxBodyBytes) throw createTooLongError();
  return body;
}

async function collect(incoming: Exchange['incoming']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      incoming.on('data', (chunk: Uint8Array) => {
        length += chunk.length;
        if (length <= maxBodyBytes) chunks.push(chunk);
        else reject(createTooLongError());
      });
      incoming.on('end', resolve);
      incoming.on('error', reject);
      // `close` also follows `end`; by then the promise has settled, and rejecting changes nothing.
      incoming.on('close', reject);
    });
  } catch (error) {
    throw error instanceof OtpError ? error : createBrokenBodyError(error);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function signalHangUp({ outgoing }: Exchange): AbortSignal {
  const controller = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort();
  });
  return controller.signal;
}
