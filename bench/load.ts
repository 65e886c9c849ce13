import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  /** The whole next request as it goes over the wire, or null when there is none left. */
  next(): Buffer | null;
  expectedStatus: number;
  /** But for the first of each connection, no request begins later than this; those begun are waited for. */
  durationMs: number;
  /** Called with every answer that has the expected status. */
  onAnswer?(answer: string): void;
}

export interface LoadResult {
  /** Answers with the expected status. */
  requests: number;
  /** What else happened, by status or cause. */
  errors: Record<string, number>;
  elapsedMs: number;
  /** Of each answer with the expected status. */
  latenciesMs: number[];
}

export interface LoadGenerator {
  /** Each connection sends its next request when the last one has been answered; no pipelining. */
  run(options: LoadOptions): Promise<LoadResult>;
  close(): void;
}

/** One after the other over one connection. */
interface Lane {
  socket: Socket;
  received: string;
  /** When it was opened, or last sent something. */
  usedAt: number;
  isBusy: boolean;
}

/** A server that has not answered by then never will. */
const patienceMs = 60_000;

/** Less than a server keeps an idle connection: over an older one, a request can cross with its end (RFC 9112 §9.5). */
const freshMs = 2000;

/** Opens the connections, so that opening them is not measured. */
export async function openLoadGenerator(port: number, connections: number): Promise<LoadGenerator> {
  let onChunk: (lane: Lane, chunk: string) => void = () => {};
  let onLost: (lane: Lane) => void = () => {};

  function open(lane: Lane): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => onChunk(lane, chunk as unknown as string));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (lane.socket === socket) onLost(lane);
    });
    lane.socket?.destroy();
    lane.socket = socket;
    lane.usedAt = performance.now();
    return socket;
  }

  const connectAll = (those: Lane[]) => Promise.all(those.map((lane) => once(open(lane), 'connect')));
  const lanes = Array.from({ length: connections }, () => ({ received: '', isBusy: false }) as Lane);
  await connectAll(lanes);

  return {
    async run({ next, expectedStatus, durationMs, onAnswer }) {
      const now = performance.now();
      await connectAll(lanes.filter(({ usedAt }) => now - usedAt > freshMs));
      return new Promise((resolve) => {
        const errors: Record<string, number> = {};
        const latenciesMs: number[] = [];
        const startedAt = performance.now();
        let busy = 0;
        const giveUp = setTimeout(() => {
          countError(errors, 'no answer', busy);
          finish();
        }, durationMs + patienceMs);

        function finish(): void {
          clearTimeout(giveUp);
          onChunk = () => {};
          onLost = () => {};
          const elapsedMs = performance.now() - startedAt;
          resolve({ requests: latenciesMs.length, errors, elapsedMs, latenciesMs });
        }

        /** @param isFirst of its lane: it is sent however late it has become */
        function send(lane: Lane, isFirst = false): void {
          const now = performance.now();
          const request = isFirst || now - startedAt < durationMs ? next() : null;
          lane.isBusy = request !== null;
          if (request === null) {
            if (busy === 0) finish();
            return;
          }
          busy += 1;
          lane.received = '';
          lane.usedAt = now;
          if (lane.socket.destroyed) open(lane);
          lane.socket.write(request);
        }

        onChunk = (lane, chunk) => {
          if (!lane.isBusy) return;
          lane.received = lane.received === '' ? chunk : lane.received + chunk;
          if (!isComplete(lane.received)) return;
          const status = Number(lane.received.slice(9, 12));
          if (status === expectedStatus) {
            latenciesMs.push(performance.now() - lane.usedAt);
            onAnswer?.(lane.received);
          } else {
            countError(errors, String(status), 1);
          }
          busy -= 1;
          send(lane);
        };
        onLost = (lane) => {
          if (!lane.isBusy) return;
          countError(errors, 'connection lost', 1);
          busy -= 1;
          send(lane);
        };
        for (const lane of lanes) {
          // What answers nothing more than the first lanes may have used all up.
          if (!lane.isBusy) send(lane, true);
        }
      });
    },
    close() {
      for (const { socket } of lanes) socket.destroy();
    },
  };
}

/** Whether an answer has arrived to its end; enough of HTTP/1.1 for the servers compared here. */
function isComplete(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text) ?? [];
  if (length !== undefined) return text.length >= headEnd + 4 + Number(length);
  return /\r\ntransfer-encoding: *chunked/i.test(text) ? text.endsWith('0\r\n\r\n') : true;
}

function countError(errors: Record<string, number>, cause: string, times: number): void {
  errors[cause] = (errors[cause] ?? 0) + times;
}
