import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import { createBatch } from '../fast/batch.js';
import { createFlatLines } from '../fast/flat-line.js';
import type { Logger } from '../ports.js';
import { createLineWriter } from './line-writer.js';

const hiddenPaths = ['code', 'otp', 'token', 'accessToken', 'secret', 'password', 'authorization', 'to'];
/** Fields that are removed, and those that have a meaning for pino. */
export const hiddenFields: ReadonlySet<string> = new Set([...hiddenPaths, 'err', 'level', 'time', 'msg']);

/**
 * JSON lines on standard error; standard output is for the banner and for console delivery. Nothing secret is logged;
 * redaction is a second line of defence.
 */
export function createLogger(level: string): Logger {
  const output = gatherLines();
  const plain = createPlainLogger(level, output);
  const writer = (at: 'info' | 'warn' | 'error') => {
    if (!plain.isLevelEnabled(at)) return () => {};
    const format = createFlatLines(at, hiddenFields, Date.now);
    return (fields: Record<string, unknown>, message: string) => {
      const line = format(fields, message);
      if (line === undefined) plain[at](fields, message);
      else output.write(line);
    };
  };
  return {
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    isLevelEnabled: plain.isLevelEnabled.bind(plain),
  };
}

/** The logger whose lines `createFlatLines` repeats. */
export function createPlainLogger(level: string, output: DestinationStream) {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: hiddenPaths, remove: true },
    },
    output,
  );
}

/**
 * One write for the lines of a turn of the event loop: under load a write for each would take a tenth of a request. What a
 * process has logged is written before it ends; one that is killed loses the lines of the turn under way.
 */
function gatherLines(): DestinationStream {
  const writer = createLineWriter(2, formatDropped);
  const lines = createBatch<string>(writer.write);
  process.once('exit', () => {
    lines.flush();
    writer.flush();
  });
  return { write: lines.add };
}

/** At any level of the log: missing lines must not look as if nothing had happened. */
function formatDropped(dropped: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'error', time, dropped, msg: 'log lines were dropped: their reader did not keep up' })}\n`;
}
