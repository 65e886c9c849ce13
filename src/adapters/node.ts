import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createBatch } from '../fast/batch.js';
import type { Handler } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';
import { type HttpReply, jsonHeaders } from '../http/reply.js';
import { type HttpRequest, maxBodyBytes } from '../http/request.js';
import { createBrokenBodyError } from '../http/web.js';
import { askFor, isReset, readPeer, unknownHost } from './ask.js';
import { hasTwoHosts, readHeader } from './header-lines.js';
import { cutWhenStalled, type Exchange, inTurn } from './turns.js';

export interface NodeListenerOptions {
  /**
   * Replace the global Request and Response by ones that are faster in node:http; for a process that does
   * nothing else. Default false.
   */
  overrideGlobals?: boolean;
  /** Milliseconds after which a client is cut that takes nothing of its answer. Default 15 000. */
  stalledTimeoutMs?: number | undefined;
}

/**
 * Serves a handler from `node:http`.
 *
 * @example
 * import { createServer } from 'node:http';
 * createServer(createNodeListener(otp.handler)).listen(8000);
 */
export function createNodeListener(handler: Handler, options: NodeListenerOptions = {}): RequestListener {
  const { stalledTimeoutMs } = options;
  const ask = (request: Request, exchange: Exchange) =>
    askFor(undefined, exchange, (info) => handler(request, info), stalledTimeoutMs);
  const listen = getRequestListener(ask, {
    overrideGlobalObjects: options.overrideGlobals ?? false,
    hostname: unknownHost,
    errorHandler: () => respondProblem('invalid_request', 'The request line or the Host header is malformed'),
  });
  const { add: batch } = createBatch<() => void>((all) => {
    for (const run of all) run();
  });
  const serve: RequestListener = (incoming, outgoing) => {
    const length = readPlainLength(incoming);
    const answer =
      length === null || hasTwoHosts(incoming)
        ? undefined
        : handler.findRoute?.(incoming.method ?? '', readPath(incoming), incoming.headers.origin);
    // The routes of the API need no Web-standard request, which costs more than what they do with it.
    if (!answer) return void listen(incoming, outgoing);
    const { socket } = incoming;
    const remoteAddress = readPeer(socket);
    const respond = () =>
      void answer(createNodeRequest(incoming, remoteAddress, batch))
        .then((reply) => {
          sendReply(outgoing, reply);
          cutWhenStalled(outgoing, stalledTimeoutMs);
        })
        // A reply that cannot be written must not take the process with it.
        .catch(() => outgoing.destroy());
    if (!remoteAddress) return void isReset(socket).then((gone) => (gone ? outgoing.destroy() : respond()));
    // What has a body joins the others when that has been read.
    if (length === 0) batch(respond);
    else respond();
  };
  return (incoming, outgoing) => inTurn({ incoming, outgoing }, () => serve(incoming, outgoing));
}

/** The path as it was sent; no route that is found by it reads a query. */
function readPath({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Bytes in the body, where they are known beforehand and allowed: Node holds the sender to it. Otherwise null. */
function readPlainLength({ headers }: IncomingMessage): number | null {
  const length = Number(headers['content-length'] ?? 0);
  return headers['transfer-encoding'] === undefined && length <= maxBodyBytes ? length : null;
}

function createNodeRequest(
  incoming: IncomingMessage,
  remoteAddress: string | undefined,
  batch: (run: () => void) => void,
): HttpRequest {
  const { url = '', headers, socket } = incoming;
  const end = url.indexOf('?');
  return {
    method: incoming.method ?? '',
    path: end < 0 ? url : url.slice(0, end),
    query: end < 0 ? '' : url.slice(end + 1),
    scheme: 'encrypted' in socket ? 'https' : 'http',
    host: headers.host ?? '',
    remoteAddress,
    header: (name) => readHeader(incoming, name),
    headerNames: () => Object.keys(headers),
    readBytes: () => readIncoming(incoming, batch),
  };
}

function readIncoming(incoming: IncomingMessage, batch: (run: () => void) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const finish = () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on('end', () => batch(finish));
    incoming.on('error', (error) => reject(createBrokenBodyError(error)));
    incoming.on('close', () => {
      if (!incoming.complete) reject(createBrokenBodyError('The connection was closed'));
    });
  });
}

/** Headers as node:http writes them quickest: names and values in one list. */
function listHeaders(headers: HttpReply['headers']): string[] {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name] ?? [];
    if (typeof value === 'string') list.push(name, value);
    else for (const line of value) list.push(name, line);
  }
  return list;
}
const jsonHeaderList = listHeaders(jsonHeaders);

function sendReply(outgoing: ServerResponse, { status, headers, body }: HttpReply): void {
  const list = headers === jsonHeaders ? jsonHeaderList : listHeaders(headers);
  if (typeof body !== 'string') {
    outgoing.writeHead(status, list);
    return void (body === null ? outgoing.end() : outgoing.end(body));
  }
  const length = Buffer.byteLength(body);
  // ASCII is the same bytes in both, and Latin-1 is written without being looked through.
  const encoding = length === body.length ? 'latin1' : 'utf8';
  outgoing.writeHead(status, [...list, 'Content-Length', String(length)]).end(body, encoding);
}
