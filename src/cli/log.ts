import { destination, type Logger, pino } from 'pino';

/**
 * JSON lines on standard error; standard output is for the banner and for console delivery. What is logged
 * holds no secret in the first place; the redaction is for what a later change may let slip.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['code', 'otp', 'token', 'accessToken', 'secret', 'password', 'authorization', 'to'],
        remove: true,
      },
    },
    destination({ dest: 2, sync: true }),
  );
}
