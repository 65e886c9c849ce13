import type { SmtpError } from './smtp-error.js';
import { isAboutMessage } from './smtp-refusal.js';

/** Commands before the login and the envelope. */
const openingCommands = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS']);
const connectionWords =
  /concurrent|too many.{0,40}(connect|session|client)|connection.{0,40}(limit|exceed)|(limit|maximum).{0,40}connection/i;

/** Whether the server refuses further connections for now; nothing is wrong with the message. */
export function isConnectionLimit(error: SmtpError): boolean {
  const { command = '', responseCode, response = '' } = error;
  if (responseCode === undefined || isAboutMessage(error)) return false;
  if (openingCommands.has(command) && (responseCode === 421 || responseCode === 432)) return true;
  return connectionWords.test(response);
}

/**
 * Whether the connection ended, as opposed to a refused message: RFC 5321 §3.8 (421 at any time), RFC 3463 §3.5 (X.4.2, bad
 * connection), a broken connection, or an idle timeout that the server reports in reply to the next command.
 */
export function isConnectionEnd(error: SmtpError): boolean {
  const { code, command, responseCode, response = '', originalCode = '' } = error;
  if (responseCode === undefined) {
    // Not one that was never established, nor one that the pool has already retried.
    if (code === 'ESOCKET') return /^(ECONNRESET|ECONNABORTED|EPIPE)$/.test(originalCode);
    return code === 'ECONNECTION' && command !== undefined;
  }
  if (responseCode === 421) return true;
  if (responseCode < 400 || responseCode > 499) return false;
  return (
    /^\d{3}[ -]4\.4\.2\b/.test(response) || (command === 'MAIL FROM' && /time-?d?[ -]?out/i.test(response))
  );
}
