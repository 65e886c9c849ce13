import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { createBatch } from '../fast/batch.js';

/**
 * JSON lines on standard error; standard output is for the banner and for console delivery. What is logged
 * holds no secret in the first place; the redaction is for what a later change may let slip.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['code', 'otp', 'token', 'accessToken', 'secret', 'password', 'authorization', 'to'],
        remove: true,
      },
    },
    gatherLines(destination({ dest: 2, sync: true })),
  );
}

/**
 * One write for all lines of a turn of the event loop: under load a write for each would take a tenth of a request. What a
 * process has logged is written before it ends; one that is killed loses the lines of the turn under way.
 */
function gatherLines(stream: DestinationStream): DestinationStream {
  const lines = createBatch<string>((all) => stream.write(all.join('')));
  process.once('exit', lines.flush);
  return { write: lines.add };
}
