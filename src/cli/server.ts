import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { meter } from './metering.js';
import { type RefusedRequestsOptions, reportRefusedRequests } from './refused-requests.js';
import { isSocketPath, openToAll } from './unix-socket.js';

export interface ServerOptions {
  /** A name or an address, or the path of a unix socket. */
  host: string;
  /** 0: any free port. Ignored with a Unix socket. */
  port: number;
  /** How long requests in flight may take to finish when the server is closed. */
  graceMs: number;
  /** Limits on the headers and on the whole request. Default 10 000 and 15 000. */
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
  /** Connections open at once; further ones are closed as they come. Default: no limit. */
  maxConnections?: number;
  /** Where requests are reported that could not be read. Default: nowhere. */
  refused?: RefusedRequestsOptions | undefined;
  /** Called when connections were closed for that, at most once a minute. */
  onRefused?(): void;
}

export interface RunningServer {
  /** 0 on a unix socket. */
  port: number;
  /** Takes no more requests, lets those in flight finish, then resolves; after the grace period it cuts them. */
  close(): Promise<void>;
}

const keepAliveTimeoutMs = 5_000;
/**
 * Browsers bring the cookies of every application under a domain, and proxies pass 64 KiB of headers on. With the 16 KiB
 * of Node, people with many cookies would see an error page instead of the sign-in page.
 */
const maxHeaderBytes = 80 * 1024;
const refusalIntervalMs = 60_000;

/** @throws the listen error, for a port that is taken or not allowed */
export async function startServer(listener: RequestListener, options: ServerOptions): Promise<RunningServer> {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 15_000 } = options;
  /** The last answer of each connection that is open, given or still to give. */
  const latest = new Map<Socket, ServerResponse | undefined>();
  let isClosing = false;
  let isMetered = false;
  const startMetering = () => {
    isMetered = true;
    for (const socket of latest.keys()) meter(socket, () => latest.get(socket));
  };
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    (request, response) => {
      latest.set(request.socket, response);
      // A response has no socket while another is ahead of it: the client pipelines. Until one does, metering costs nothing.
      if (response.socket === null && !isMetered) startMetering();
      if (isClosing) response.setHeader('Connection', 'close');
      listener(request, response);
    },
  );
  server.on('connection', (socket) => {
    latest.set(socket, undefined);
    socket.on('close', () => latest.delete(socket));
    if (isMetered) meter(socket, () => latest.get(socket));
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  if (options.refused) reportRefusedRequests(server, options.refused);
  if (options.onRefused) reportRefusals(server, options.onRefused);
  return {
    port: await listen(server, options),
    async close() {
      isClosing = true;
      // Otherwise a connection kept alive after its answer would hold the shutdown until it times out.
      for (const response of latest.values())
        if (response?.headersSent === false) response.setHeader('Connection', 'close');
      const cut = setTimeout(() => server.closeAllConnections(), options.graceMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(cut);
    },
  };
}

/** Reports at most once a minute that connections were closed as they came. */
function reportRefusals(server: Server, report: () => void): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    if (performance.now() - toldAt < refusalIntervalMs) return;
    toldAt = performance.now();
    report();
  });
}

/** Returns the port. */
async function listen(server: Server, { host, port }: ServerOptions): Promise<number> {
  const isSocket = isSocketPath(host);
  server.listen(isSocket ? { path: host } : { host, port });
  await once(server, 'listening');
  if (isSocket) openToAll(host);
  return isSocket ? 0 : (server.address() as AddressInfo).port;
}
