import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unixPeer } from '../http/client-address.js';
import { replyProblem } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import { createRequestId, nameReply } from '../http/request-id.js';

export interface Exchange {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

/** Maximum number of waiting requests in this process, about 2 KB each. */
const maxWaiting = 2048;
let waiting = 0;
const waitingOn = new WeakMap<Socket, { count: number }>();

/** Answers a request from this address when it is its turn, usually at once. */
export function answerInTurn<Answer>(
  exchange: Exchange,
  address: string | null | undefined,
  answer: (remoteAddress: string | undefined) => Promise<Answer>,
): Promise<Answer | HttpReply> {
  const { socket } = exchange.incoming;
  const remoteAddress = address || socket.remoteAddress || (isOnUnix(socket) ? unixPeer : undefined);
  // Node assigns the socket to the first response in line.
  const isFirst = exchange.outgoing.socket !== null;
  return isFirst && remoteAddress ? answer(remoteAddress) : answerLater(exchange, remoteAddress, answer);
}

async function answerLater<Answer>(
  exchange: Exchange,
  remoteAddress: string | undefined,
  answer: (remoteAddress: string | undefined) => Promise<Answer>,
): Promise<Answer | HttpReply> {
  if (exchange.outgoing.socket === null) await new Promise<void>((resolve) => queueUp(exchange, resolve));
  if (!remoteAddress && (await isReset(exchange.incoming.socket))) {
    return nameReply(replyProblem('invalid_request', 'The connection was closed'), createRequestId());
  }
  return answer(remoteAddress);
}

/** A connection over a Unix socket has no address; nor has one that has been reset. */
function isOnUnix(socket: Socket & { server?: Server }): boolean {
  return typeof socket.server?.address() === 'string';
}

/**
 * Whether a connection whose address is missing has been reset. Its last bytes can still be read then, but nobody waits
 * for an answer, and working on them would spend the budget of those whose address really is unknown.
 */
async function isReset(socket: Socket): Promise<boolean> {
  // The reset is noticed when the socket is read next, after this turn of the event loop.
  await nextTurn();
  await nextTurn();
  return socket.destroyed;
}

/**
 * Serves a request when all earlier ones of its connection have been answered and the operating system has taken the answers;
 * never on a connection that is cut. So for a client that pipelines and reads nothing, one request is processed.
 *
 * Node parses all of what it has read before anyone can stop it, so a thousand small requests may have to wait here.
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
