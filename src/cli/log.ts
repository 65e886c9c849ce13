import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
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
  const output = createLineWriter(2, formatDropped);
  process.once('exit', output.flush);
  const plain = createPlainLogger(level, output);
  const writer = (at: 'info' | 'warn' | 'error') => {
    if (!plain.isLevelEnabled(at)) return () => {};
    return createFlatLines(at, { hidden: hiddenFields, now: Date.now, output, plain });
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

/** Written at every log level: a gap must not look as if nothing had happened. */
function formatDropped(dropped: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'error', time, dropped, msg: 'log lines were dropped: their reader did not keep up' })}\n`;
}
