import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { maskAddress } from '../core/address.js';
import type { Logger, MonotonicClock } from '../ports.js';

interface ClientError extends Error {
  code?: string;
  /** What was being read. */
  rawPacket?: Buffer;
}

interface Refusal {
  status: '400' | '408' | '413' | '431';
  cause: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: '431', cause: 'the headers are larger than 80 KiB' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: '413', cause: 'the chunks of the body have too many extensions' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408', cause: 'the request did not arrive in time' },
};
const notHttp: Refusal = { status: '400', cause: 'the request is not valid HTTP' };
const tls: Refusal = { ...notHttp, cause: 'the client speaks TLS, and this port does not' };
/** The first byte of a TLS connection (RFC 8446 §5.1). */
const tlsHandshake = 0x16;

const intervalMs = 60_000;

export interface RefusedRequestsOptions {
  logger: Pick<Logger, 'warn'>;
  clock: MonotonicClock;
  /** Counts one, by status. */
  count?: ((status: string) => void) | undefined;
}

/**
 * Answers what Node cannot read as a request just as Node would, and logs it. Of each cause, the first is logged at once and the
 * rest of a minute in one line with their number, so that no client can fill the log.
 */
export function reportRefusedRequests(
  server: Server,
  { logger, clock, count }: RefusedRequestsOptions,
): void {
  /** How many have not been logged yet, and the last of them, by cause; only for causes of the last minute. */
  const waiting = new Map<string, { requests: number; fields: Record<string, unknown> }>();

  function log(cause: string, fields: Record<string, unknown>, requests: number): void {
    logger.warn({ ...fields, requests }, 'requests that could not be read were refused');
    const next = { requests: 0, fields };
    waiting.set(cause, next);
    clock
      .after(intervalMs, () => {
        waiting.delete(cause);
        if (next.requests > 0) log(cause, next.fields, next.requests);
      })
      .unref();
  }

  server.on('clientError', (error: ClientError, socket: Socket) => {
    const { code = '' } = error;
    const { status, cause } = findRefusal(error);
    const hasGone = /^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code);
    if (!hasGone) {
      count?.(status);
      const network = maskAddress(socket.remoteAddress ?? '');
      const fields = { status, cause, ...(code.startsWith('HPE_') && { detail: code }), network };
      const known = waiting.get(cause);
      if (known) Object.assign(known, { requests: known.requests + 1, fields });
      else log(cause, fields, 1);
    }
    if (canAnswer(socket))
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
    socket.destroy(error);
  });
}

function findRefusal({ code = '', rawPacket }: ClientError): Refusal {
  return refusals[code] ?? (rawPacket?.[0] === tlsHandshake ? tls : notHttp);
}

/** Whether no answer is on its way over this connection, which these bytes would end up in. */
function canAnswer(socket: Socket): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: ServerResponse | null };
  return socket.writable && !answer?.headersSent;
}
