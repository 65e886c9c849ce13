import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { requestIdHeader } from '../core/request-id.js';
import { type HttpReply, jsonHeaders } from '../http/reply.js';
import type { ReplyOrResponse } from './ask.js';
import { cutOnceStalled } from './turns.js';

/** Sends an answer through `node:http`. If it cannot be written, only its connection is lost. */
export function sendAnswer(
  outgoing: ServerResponse,
  answer: ReplyOrResponse,
  stalledTimeoutMs?: number,
): void {
  if ('bodyUsed' in answer) {
    cutOnceStalled(outgoing, stalledTimeoutMs);
    sendResponse(outgoing, answer).catch(() => outgoing.destroy());
    return;
  }
  const { status, headers, body, requestId } = answer;
  const list = headers === jsonHeaders ? [...jsonHeaderList] : listHeaders(headers);
  if (requestId !== undefined) list.push(requestIdHeader, requestId);
  try {
    if (typeof body === 'string') {
      const length = Buffer.byteLength(body);
      list.push('Content-Length', String(length));
      outgoing.writeHead(status, list);
      // For ASCII the bytes are the same, and writing Latin-1 needs no scan.
      outgoing.end(body, length === body.length ? 'latin1' : 'utf8');
    } else {
      outgoing.writeHead(status, list);
      outgoing.end(body ?? undefined);
    }
    // The operating system takes most answers at once.
    if (outgoing.socket?.writableLength) cutOnceStalled(outgoing, stalledTimeoutMs);
  } catch {
    outgoing.destroy();
  }
}

/** In the form that node:http writes fastest. */
function listHeaders(headers: HttpReply['headers']): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = [];
  for (const name in headers) list.push(name, headers[name] as string | string[]);
  return list;
}

const jsonHeaderList = listHeaders(jsonHeaders);

async function sendResponse(outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> {
  const cookies = headers.getSetCookie();
  const more = cookies.length > 0 ? { 'set-cookie': cookies } : {};
  outgoing.writeHead(status, { ...Object.fromEntries(headers), ...more });
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as ReadableStream), outgoing);
}
