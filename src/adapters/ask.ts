import type { Server, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { unixPeer } from '../http/client-address.js';
import type { RequestInfo } from '../http/handler.js';
import { respondProblem } from '../http/problems.js';
import { hasTwoHosts } from './header-lines.js';
import { cutWhenStalled, type Exchange, inTurn } from './turns.js';

/** The host of a request without a Host header, as health checks by HTTP/1.0 are. Never a host that people use. */
export const unknownHost = 'host.invalid';

/**
 * Asks for the answer to a request from this address, when it is its turn.
 *
 * @param exchange what a server of Node has passed on; undefined in other runtimes
 */
export async function askFor(
  address: string | null | undefined,
  exchange: Exchange | undefined,
  ask: (info: RequestInfo) => Promise<Response>,
  stalledTimeoutMs?: number,
): Promise<Response> {
  const remoteAddress = address || (exchange && readPeer(exchange.incoming.socket));
  if (exchange) {
    await new Promise<void>((resolve) => inTurn(exchange, resolve));
    if (!remoteAddress && (await isReset(exchange.incoming.socket))) {
      return respondProblem('invalid_request', 'The connection was closed');
    }
    const { incoming, outgoing } = exchange;
    outgoing.once('prefinish', () => cutWhenStalled(outgoing, stalledTimeoutMs));
    if (hasTwoHosts(incoming)) return respondProblem('invalid_request', 'There must be one Host header');
  }
  return ask({ remoteAddress });
}

/** The address of the other end; `unix` on a unix socket, which has none. Undefined when the connection has been reset. */
export function readPeer(socket: Socket & { server?: Server }): string | undefined {
  const isUnix = () => typeof socket.server?.address() === 'string';
  return socket.remoteAddress ?? (isUnix() ? unixPeer : undefined);
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
