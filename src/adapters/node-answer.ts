import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type HttpReply, jsonHeaders } from '../http/reply.js';
import type { Answer } from './ask.js';
import { cutOnceStalled, cutWhenStalled } from './turns.js';

/** Sends an answer by a response of `node:http`. What cannot be written costs its connection, and nothing else. */
export function sendAnswer(outgoing: ServerResponse, answer: Answer, stalledTimeoutMs?: number): void {
  if (answer instanceof Response) {
    cutOnceStalled(outgoing, stalledTimeoutMs);
    sendResponse(outgoing, answer).catch(() => outgoing.destroy());
    return;
  }
  try {
    sendReply(outgoing, answer);
    cutWhenStalled(outgoing, stalledTimeoutMs);
  } catch {
    outgoing.destroy();
  }
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

async function sendResponse(outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> {
  outgoing.writeHead(status, [...headers].flat());
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as ReadableStream), outgoing);
}
