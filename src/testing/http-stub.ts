import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

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

type Behaviour = StubAnswer | 'silence' | 'reset';

/** A provider on a free port that keeps what it receives. `silence` never answers, `reset` breaks the connection. */
export async function startHttpStub(
  first: Behaviour | ((request: ReceivedRequest) => Behaviour) = { status: 200, body: {} },
) {
  const received: ReceivedRequest[] = [];
  const silent: ((answer: StubAnswer) => void)[] = [];
  let current = first;
  const server = createServer(async (request, response) => {
    const entry = await receive(request).catch(() => null);
    // The client has hung up.
    if (entry === null) return;
    received.push(entry);
    const reply = ({ status, headers, body = {} }: StubAnswer) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const next = typeof current === 'function' ? current(entry) : current;
    if (next === 'silence') silent.push(reply);
    else if (next === 'reset') request.socket.resetAndDestroy();
    else reply(next);
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // After closing, or a connection that comes in between would be waited for.
    server.closeAllConnections();
    return closed;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    /** How many connections there have been. */
    countConnections: () => connections,
    answer(answer: Behaviour) {
      current = answer;
    },
    /** Answers those that have been met with silence. */
    release(answer: StubAnswer) {
      for (const reply of silent.splice(0)) reply(answer);
    },
    close,
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: await text(request) };
}

export type HttpStub = Awaited<ReturnType<typeof startHttpStub>>;
