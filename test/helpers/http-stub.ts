import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stopAtEnd } from './leftovers.js';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface StubAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is text. */
  body?: unknown;
}

/** A provider on a free port that keeps what it receives. `silence` never answers, `reset` breaks the connection. */
export async function startHttpStub(first: StubAnswer | 'silence' | 'reset' = { status: 200, body: {} }) {
  const received: ReceivedRequest[] = [];
  let next = first;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      if (next === 'silence') return;
      if (next === 'reset') return void request.socket.resetAndDestroy();
      response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
      response.end(typeof next.body === 'string' ? next.body : JSON.stringify(next.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // After closing, or a connection that comes in between would be waited for.
    server.closeAllConnections();
    return closed;
  }
  stopAtEnd(close);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    answer(answer: StubAnswer | 'silence' | 'reset') {
      next = answer;
    },
    close,
  };
}

export type HttpStub = Awaited<ReturnType<typeof startHttpStub>>;
