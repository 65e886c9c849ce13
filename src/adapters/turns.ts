import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';

export interface Exchange {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

/** Maximum number of waiting requests in this process, about 2 KB each. */
const maxWaiting = 2048;
let waiting = 0;
const waitingOn = new WeakMap<Socket, { count: number }>();

/** Whether an earlier request of the connection has still to be answered. */
export function mustWait({ outgoing }: Exchange): boolean {
  // Node assigns the socket to the first response in line.
  return outgoing.socket === null;
}

/**
 * Resolves when all earlier requests of the connection have been answered and the operating system has taken the answers;
 * never for a connection that is cut. So for a client that pipelines and reads nothing, one request is processed.
 *
 * Node parses all of what it has read before anyone can stop it, so a thousand small requests may have to wait here.
 * Meanwhile nothing more is read from the connection. When too many wait, the connection that brings another is cut.
 */
export function waitForTurn(exchange: Exchange): Promise<void> {
  return new Promise((resolve) => queueUp(exchange, resolve));
}

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
 * Disconnects a client that does not read its answer for this long. To be called when the answer has been ended.
 *
 * @param timeoutMs default 15 000
 */
export function cutWhenStalled(outgoing: Exchange['outgoing'], timeoutMs = defaultStalledTimeoutMs): void {
  // The operating system takes most answers at once.
  if (!outgoing.socket?.writableLength) return;
  // Node restarts this timer whenever the client reads some of the answer.
  outgoing.setTimeout(timeoutMs, () => outgoing.destroy());
}

/** Like `cutWhenStalled`, for an answer that other code writes. It may pause while the client has taken all there is. */
export function cutOnceStalled(outgoing: Exchange['outgoing'], timeoutMs = defaultStalledTimeoutMs): void {
  outgoing.setTimeout(timeoutMs, () => {
    if (outgoing.socket?.writableLength) outgoing.destroy();
  });
}
