import { OtpError } from '../errors.js';

/** What ends a command with this line and the exit code of wrong usage. */
export function wrongUsage(line: string): OtpError {
  return new OtpError('invalid_request', line);
}
