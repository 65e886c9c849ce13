import { type DestinationStream, destination, type Logger, pino } from 'pino';

/**
 * JSON lines on standard error; standard output is for the banner and for console delivery. What is logged
 * holds no secret in the first place; the redaction is for what a later change may let slip.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: createTimestamp(),
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
  let lines = '';

  function writeAll(): void {
    const all = lines;
    lines = '';
    if (all !== '') stream.write(all);
  }

  process.once('exit', writeAll);
  return {
    write(line) {
      if (lines === '') setImmediate(writeAll);
      lines += line;
    },
  };
}

/** Many lines belong to one millisecond, which is written out once. */
function createTimestamp(): () => string {
  let writtenMs = Number.NaN;
  let written = '';
  return () => {
    const now = Date.now();
    if (now !== writtenMs) {
      writtenMs = now;
      written = `,"time":"${new Date(now).toISOString()}"`;
    }
    return written;
  };
}
