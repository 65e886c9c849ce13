import type { Server, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { unixPeer } from '../http/client-address.js';
import type { RequestInfo } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';

/**
 * Asks on behalf of this address.
 *
 * @param socket the connection that the request came by, where there is one
 */
export function askFor(
  address: string | null | undefined,
  socket: Socket | undefined,
  ask: (info: RequestInfo) => Promise<Response>,
): Promise<Response> {
  const info = { remoteAddress: address || (socket && readPeer(socket)) };
  return info.remoteAddress || !socket ? ask(info) : askUnlessReset(socket, () => ask(info));
}

/** The address of the other end; `unix` on a unix socket, which has none. Undefined when the connection has been reset. */
export function readPeer(socket: Socket & { server?: Server }): string | undefined {
  const isUnix = () => typeof socket.server?.address() === 'string';
  return socket.remoteAddress ?? (isUnix() ? unixPeer : undefined);
}

async function askUnlessReset(socket: Socket, ask: () => Promise<Response>): Promise<Response> {
  return (await isReset(socket)) ? respondProblem('invalid_request', 'The connection was closed') : ask();
}

/**
 * Whether a connection whose address is missing has been reset. Its last bytes can still be read then, but nobody waits
 * for an answer, and working on them would spend the budget of those whose address really is unknown.
 */
export async function isReset(socket: Socket): Promise<boolean> {
  // It shows when the socket is read the next time, which is after this turn of the event loop.
  await setImmediate();
  await setImmediate();
  return socket.destroyed;
}
