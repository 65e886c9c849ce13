import type { Server, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { unixPeer } from '../http/client-address.js';
import { replyProblem } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import { type Exchange, inTurn } from './turns.js';

/** Answers a request from this address when it is its turn. */
export async function answerInTurn<Answer>(
  exchange: Exchange,
  address: string | null | undefined,
  answer: (remoteAddress: string | undefined) => Promise<Answer>,
): Promise<Answer | HttpReply> {
  await inTurn(exchange);
  const { socket } = exchange.incoming;
  const remoteAddress = address || readPeer(socket);
  if (!remoteAddress && (await isReset(socket))) {
    return replyProblem('invalid_request', 'The connection was closed');
  }
  return answer(remoteAddress);
}

/** The address of the other end; `unix` on a unix socket, which has none. Undefined when the connection has been reset. */
function readPeer(socket: Socket & { server?: Server }): string | undefined {
  const isUnix = () => typeof socket.server?.address() === 'string';
  return socket.remoteAddress ?? (isUnix() ? unixPeer : undefined);
}

/**
 * Whether a connection whose address is missing has been reset. Its last bytes can still be read then, but nobody waits
 * for an answer, and working on them would spend the budget of those whose address really is unknown.
 */
async function isReset(socket: Socket): Promise<boolean> {
  // It shows when the socket is read the next time, which is after this turn of the event loop.
  await setImmediate();
  await setImmediate();
  return socket.destroyed;
}
