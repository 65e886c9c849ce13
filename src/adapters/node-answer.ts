import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
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

/** Those of most answers, as node:http writes them quickest: names and values in one list. */
const jsonHeaderList = Object.entries(jsonHeaders).flat() as string[];

function sendReply(outgoing: ServerResponse, { status, headers, body }: HttpReply): void {
  if (typeof body !== 'string') {
    outgoing.writeHead(status, headers as OutgoingHttpHeaders);
    return void (body === null ? outgoing.end() : outgoing.end(body));
  }
  const length = Buffer.byteLength(body);
  // ASCII is the same bytes in both, and Latin-1 is written without being looked through.
  const encoding = length === body.length ? 'latin1' : 'utf8';
  if (headers === jsonHeaders) outgoing.writeHead(status, [...jsonHeaderList, 'Content-Length', `${length}`]);
  else outgoing.writeHead(status, { ...headers, 'Content-Length': length } as OutgoingHttpHeaders);
  outgoing.end(body, encoding);
}

async function sendResponse(outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> {
  const cookies = headers.getSetCookie();
  const more = cookies.length > 0 ? { 'set-cookie': cookies } : {};
  outgoing.writeHead(status, { ...Object.fromEntries(headers), ...more });
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as ReadableStream), outgoing);
}
