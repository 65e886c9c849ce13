import { privateTarget } from '../core/connection-causes.js';
import { createRefusal, type Refusal } from '../core/refusal.js';
import { dig } from './dig.js';

/** Errors before a connection was established, when nothing can have been sent. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_CERT_\w+|HOSTNAME_MISMATCH|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNSUPPORTED_PROTOCOL|\w+_ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE|UNRECOGNIZED_NAME)))$/;

export const noAnswerInTime = 'no answer in time';

/** What an error that `fetch` threw says of the message. */
export function toRefusal(error: unknown, signal: AbortSignal): Refusal {
  if (signal.aborted) return createRefusal('timeout', noAnswerInTime);
  const cause = dig(error, 'cause') ?? error;
  // One error per address of the host.
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  const name = nameNetworkError(error);
  if (name === privateTarget) return createRefusal('rejected', name);
  const isDefinite = neverConnected.test(name) || errors.every((one) => dig(one, 'syscall') === 'connect');
  // After a reset the message may or may not have arrived.
  return createRefusal(isDefinite ? 'unavailable' : 'unknown', name);
}

/** The code of an error that `fetch` threw; messages may quote a URL. */
export function nameNetworkError(error: unknown): string {
  const code = dig(error, 'cause', 'code') ?? dig(error, 'code');
  return typeof code === 'string' && /^[A-Z_\d]{1,64}$/.test(code) ? code : 'no answer';
}
