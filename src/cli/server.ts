import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** How long requests in flight may take to finish when the server is closed. */
  graceMs: number;
}

export interface RunningServer {
  port: number;
  /** Takes no more requests, lets those in flight finish, then resolves; after the grace period it cuts them. */
  close(): Promise<void>;
}

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 15_000;
const keepAliveTimeoutMs = 5_000;

/** @throws the listen error, for a port that is taken or not allowed */
export async function startServer(listener: RequestListener, options: ServerOptions): Promise<RunningServer> {
  const inFlight = new Set<ServerResponse>();
  let isClosing = false;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    (request, response) => {
      inFlight.add(response);
      response.once('close', () => inFlight.delete(response));
      if (isClosing) response.setHeader('Connection', 'close');
      listener(request, response);
    },
  );
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      isClosing = true;
      // Otherwise a connection kept alive after its answer would hold the shutdown until it times out.
      for (const response of inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
      const cut = setTimeout(() => server.closeAllConnections(), options.graceMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(cut);
    },
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
