import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { unixPeer } from '../core/trusted-proxies.js';

export interface Exchange {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

/** Maximum number of waiting requests in this process, about 2 KB each. */
const maxWaiting = 2048;
let waiting = 0;
const waitingOn = new WeakMap<Socket, { count: number }>();

/**
 * The address of the client.
 *
 * @param given the address, where a framework knows it
 */
export function findPeer({ incoming: { socket } }: Exchange, given?: string | null): string | undefined {
  return given || socket.remoteAddress || (isOnUnix(socket) ? unixPeer : undefined);
}

/** Resolves when it is the request's turn, usually at once; never on a connection that is cut. */
export async function waitForTurn(exchange: Exchange, peer: string | undefined): Promise<void> {
  // Node assigns the socket to the first response in line.
  if (exchange.outgoing.socket === null) await new Promise<void>((resolve) => queueUp(exchange, resolve));
  if (!peer) await new Promise<void>((resolve) => passUnlessReset(exchange.incoming.socket, resolve));
}

/** A connection over a Unix socket has no address; nor has one that has been reset. */
function isOnUnix(socket: Socket & { server?: Server }): boolean {
  return typeof socket.server?.address() === 'string';
}

/**
 * Serves a request whose address is missing, unless its connection has been reset. The last bytes of such a connection can still
 * be read, but nobody waits for an answer, and working on them would spend the budget of those whose address really is unknown.
 */
function passUnlessReset(socket: Socket, serve: () => void): void {
  // The reset is noticed when the socket is read next, after this turn of the event loop.
  setImmediate(() =>
    setImmediate(() => {
      if (!socket.destroyed) serve();
    }),
  );
}

/**
 * Serves a request when all earlier ones of its connection have been answered and the operating system has taken the answers;
 * never on a connection that is cut. So for a client that pipelines and reads nothing, one request is processed.
 *
 * Node parses everything it has read before anyone can stop it, so a thousand small requests may have to wait here.
 * Meanwhile nothing more is read from the connection. When too many wait, the connection that brings another is cut.
 */
function queueUp({ incoming, outgoing }: Exchange, serve: () => void): void {
  const { socket } = incoming;
  if (socket.destroyed) return;
  if (waiting >= maxWaiting) {
    socket.destroy();
    return;
  }
  const line = waitingOn.get(socket) ?? watch(socket);
  waiting++;
  line.count++;
  socket.pause();
  outgoing.once('socket', () => {
    waiting--;
    line.count--;
    // Node resumes the socket in this tick, after the previous request.
    process.nextTick(() => (line.count > 0 ? socket.pause() : socket.resume()));
    // In the next turn of the event loop: one client must not starve the others.
    setImmediate(serve);
  });
}

function watch(socket: Socket): { count: number } {
  const line = { count: 0 };
  waitingOn.set(socket, line);
  socket.once('close', () => {
    waiting -= line.count;
    line.count = 0;
  });
  return line;
}

const defaultStalledTimeoutMs = 15_000;

/**
 * Disconnects a client that reads nothing of its answer for this long. The answer may pause while the client has read all of it
 * so far.
 *
 * @param timeoutMs default 15 000
 */
export function cutOnceStalled(outgoing: Exchange['outgoing'], timeoutMs = defaultStalledTimeoutMs): void {
  // Node restarts this timer whenever the client reads some of the answer.
  outgoing.setTimeout(timeoutMs, () => {
    if (outgoing.socket?.writableLength) outgoing.destroy();
  });
}
