import cluster from 'node:cluster';
import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** A pipe takes this much whole or not at all (PIPE_BUF, pipe(7)), so processes that share one tear no lines. */
const chunkLength = 4096;
/** Characters that may wait for the reader. */
const maxWaitingLength = 256 * 1024;
const longestPauseMs = 50;
const exitPatienceMs = 500;
const nothing = Buffer.alloc(0);
const lineEnd = Buffer.from('\n');

/**
 * Writes lines to standard output or standard error without ever waiting for their reader. docs/decisions/0049 says why
 * neither Node's own streams nor pino's destination can.
 *
 * The lines of a turn of the event loop share one write: under load a write for each would take a tenth of a request. So a
 * process that is killed loses the lines of the turn under way.
 *
 * @param formatDropped a line, with its end, that reports how many lines were dropped before it
 */
export function createLineWriter(fd: 1 | 2, formatDropped: (count: number) => string) {
  const output = openWithoutBlocking(fd);
  /** Of one or more whole lines each, or how many lines were dropped at that point. */
  let chunks: (string | number)[] = [];
  /** Characters in them. */
  let waitingLength = 0;
  /** The part of the last chunk that the reader has not taken yet. */
  let rest: Buffer = nothing;
  /** How many lines were dropped and are reported in `rest`; undefined if it holds lines. */
  let reported: number | undefined;
  /** Whether the output ends in the middle of a line. */
  let isInLine = false;
  let pauseMs = 1;
  let timer: NodeJS.Timeout | undefined;
  /** Whether `drain` is due at the end of this turn. */
  let isDue = false;
  let hasFailed = false;

  /** Writes until nothing is left or the reader takes no more; returns whether it took anything. */
  function drain(): boolean {
    isDue = false;
    hasFailed = false;
    let hasProgress = false;
    try {
      while (rest.length > 0 || chunks.length > 0) {
        if (rest.length === 0) {
          const chunk = chunks.shift() ?? '';
          reported = typeof chunk === 'number' ? chunk : undefined;
          rest = Buffer.from(typeof chunk === 'number' ? formatDropped(chunk) : chunk);
          if (typeof chunk === 'string') waitingLength -= chunk.length;
        }
        const length = writeSync(output, rest, 0, rest.length > chunkLength ? findEnd(rest) : rest.length);
        if (length > 0) isInLine = rest[length - 1] !== lineEnd[0];
        rest = rest.subarray(length);
        hasProgress = true;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        pauseMs = hasProgress ? 1 : Math.min(pauseMs * 2, longestPauseMs);
        timer ??= setTimeout(() => {
          timer = undefined;
          drain();
        }, pauseMs).unref();
        return hasProgress;
      }
      // The reader is gone, or the disk is full. The next line is tried again.
      hasFailed = true;
      let lost = reported ?? countLines(rest.toString());
      for (const chunk of chunks) lost += typeof chunk === 'number' ? chunk : countLines(chunk);
      chunks = lost > 0 ? [lost] : [];
      waitingLength = 0;
      // If it failed in the middle of a line, that line is ended first, so that the next one stays readable.
      rest = isInLine ? lineEnd : nothing;
      reported = 0;
    }
    pauseMs = 1;
    return hasProgress;
  }

  return {
    /** A line with its end. Without room for it, it is dropped and counted. */
    write(line: string): void {
      if (waitingLength + line.length > maxWaitingLength && timer === undefined) drain();
      const hasRoom = waitingLength + line.length <= maxWaitingLength;
      const last = chunks.at(-1);
      if (hasRoom) waitingLength += line.length;
      if (hasRoom && typeof last === 'string' && last.length + line.length <= chunkLength) {
        chunks[chunks.length - 1] = last + line;
      } else if (hasRoom) {
        chunks.push(line);
      } else if (typeof last === 'number') {
        chunks[chunks.length - 1] = last + 1;
      } else {
        chunks.push(1);
      }
      if (isDue || timer !== undefined) return;
      isDue = true;
      setImmediate(drain);
    },
    /** For the end of the process: waits for as long as the reader takes something every half second. */
    flush(): void {
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      let patientUntil = performance.now() + exitPatienceMs;
      while (rest.length > 0 || chunks.length > 0) {
        if (drain()) patientUntil = performance.now() + exitPatienceMs;
        else if (hasFailed || performance.now() > patientUntil) return;
        else Atomics.wait(sleeper, 0, 0, 5);
      }
    },
  };
}

/** How much of it to write at once: whole lines that a pipe takes together, or else one longer line. */
function findEnd(lines: Buffer): number {
  return lines.lastIndexOf(lineEnd, chunkLength - 1) + 1 || lines.indexOf(lineEnd) + 1 || lines.length;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** Descriptor of the same output whose writes fail with EAGAIN instead of waiting. */
function openWithoutBlocking(fd: 1 | 2): number {
  // A file never blocks, and reopened it would be overwritten from its start.
  if (fstatSync(fd).isFile()) return fd;
  try {
    // O_NONBLOCK belongs to the open file description, which other processes share unless it is reopened.
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A socket, as under systemd, or someone else's pipe. Only Node's own streams can set the flag there.
    const { _handle: handle } = (fd === 1 ? process.stdout : process.stderr) as {
      _handle?: { setBlocking?(isBlocking: boolean): void };
    };
    const unblock = () => handle?.setBlocking?.(false);
    unblock();
    // Each fork clears the flag, and not only for the child.
    cluster.on('fork', unblock);
    return fd;
  }
}
