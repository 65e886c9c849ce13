import type { Server, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { unixPeer } from '../http/client-address.js';
import { replyProblem } from '../http/problems.js';
import type { HttpReply } from '../http/reply.js';
import { createRequestId, nameReply } from '../http/request-id.js';
import { type Exchange, mustWait, waitForTurn } from './turns.js';

/** Answers a request from this address when it is its turn, usually at once. */
export function answerInTurn<Answer>(
  exchange: Exchange,
  address: string | null | undefined,
  answer: (remoteAddress: string | undefined) => Promise<Answer>,
): Promise<Answer | HttpReply> {
  const { socket } = exchange.incoming;
  const remoteAddress = address || socket.remoteAddress || (isOnUnix(socket) ? unixPeer : undefined);
  return mustWait(exchange) || !remoteAddress
    ? answerLater(exchange, remoteAddress, answer)
    : answer(remoteAddress);
}

async function answerLater<Answer>(
  exchange: Exchange,
  remoteAddress: string | undefined,
  answer: (remoteAddress: string | undefined) => Promise<Answer>,
): Promise<Answer | HttpReply> {
  if (mustWait(exchange)) await waitForTurn(exchange);
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
  await setImmediate();
  await setImmediate();
  return socket.destroyed;
}
