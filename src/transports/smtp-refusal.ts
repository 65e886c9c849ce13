import { createRefusal, type Meaning } from '../core/refusal.js';
import type { Receipt } from '../ports.js';
import { explainSmtp } from './smtp-causes.js';
import { isLoginError, type SmtpError } from './smtp-error.js';
import { blameMessage, blameSession, isTemporaryReply, parseReply } from './smtp-replies.js';

/**
 * Interprets a failed send. A server cannot accept a message before it has the content, so any earlier end of the session
 * is a definite refusal; a timeout alone is not.
 *
 * @param isContentRead whether any of the content may have been sent
 */
export function toRefusal(error: SmtpError, isContentRead: boolean): Receipt {
  const { code = 'error', command = '', responseCode, syscall } = error;
  // Codes only: the server's text may quote the recipient.
  const facts = [code, syscall, responseCode, parseReply(error).enhanced, command.split(' ', 2).join(' ')];
  const refusal = createRefusal(judge(error, isContentRead), `SMTP ${facts.filter(Boolean).join(' ')}`);
  return { ...refusal, cause: explainSmtp(error, refusal, isContentRead) };
}

function judge(error: SmtpError, isContentRead: boolean): Meaning {
  const { code, command = '', responseCode } = error;
  const isTemporary = responseCode !== undefined && isTemporaryReply(responseCode);
  if (isLoginError(error) && !isTemporary) return 'unauthorized'; // RFC 4954 §6
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timeout';
  // After the content, only the server's reply to it counts.
  if (isContentRead && (code !== 'EMESSAGE' || !responseCode)) return 'unknown';
  if (!responseCode) return code === 'EENVELOPE' ? ['unavailable', 'account'] : 'unavailable';
  const reply = parseReply(error);
  const fault = isAboutMessage(error) ? blameMessage(reply) : blameSession(reply, command);
  if (isTemporary || (code !== 'EENVELOPE' && code !== 'EMESSAGE')) return ['unavailable', fault];
  if (responseCode === 530 || responseCode === 535) return 'unauthorized'; // RFC 4954 §6: log in first
  if (command === 'MAIL FROM') return 'rejected';
  if (command !== 'RCPT TO') return ['rejected', fault];
  return fault === 'recipient' ? 'invalid_recipient' : 'rejected';
}

/** Whether the server knew the recipient. With pipelining, nodemailer does not assign a 421 to a command. */
export function isAboutMessage({ code, command }: SmtpError): boolean {
  return command === 'RCPT TO' || command === 'DATA' || (code === 'ECONNECTION' && command === 'CONN');
}

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
