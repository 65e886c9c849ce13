import { OtpError } from '../errors.js';

export function print(text: string): void {
  process.stdout.write(text);
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Ends a command with this line and the exit code of wrong usage. */
export function wrongUsage(line: string): OtpError {
  return new OtpError('invalid_request', line);
}

/** Ends a command with its message and the exit code of a failure. */
export class FailedError extends Error {}
