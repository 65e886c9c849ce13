import type { Receipt } from '../ports.js';
import { createRefusal, type Meaning } from './refusal.js';
import { blameMessage, blameSession, parseEnhancedCode, parseReply } from './smtp-replies.js';

/** What nodemailer rejects with. */
export interface SmtpError {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  syscall?: string;
  message: string;
}

/**
 * What a failed send amounts to. Without its content no server can have accepted a message, so whatever ends the
 * session earlier is a definite refusal; a time limit alone says nothing.
 *
 * @param isContentRead whether any of the message had gone out
 */
export function toRefusal(error: SmtpError, isContentRead: boolean): Receipt {
  const { code = 'error', command = '', responseCode, response = '', syscall } = error;
  // Codes only: a server's words may hold the recipient.
  const facts = [code, syscall, responseCode, parseEnhancedCode(response), command.split(' ', 2).join(' ')];
  return createRefusal(judge(error, isContentRead), `SMTP ${facts.filter(Boolean).join(' ')}`);
}

function judge(error: SmtpError, isContentRead: boolean): Meaning {
  const { code, command = '', responseCode, response = '' } = error;
  const isTemporary = responseCode !== undefined && responseCode < 500;
  const isLogin = code === 'EAUTH' || code === 'ENOAUTH';
  if (isLogin && !isTemporary) return 'unauthorized'; // RFC 4954 §6
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timeout';
  // After the content only the server's own answer to it counts.
  if (isContentRead && (code !== 'EMESSAGE' || !responseCode)) return 'unknown';
  if (!responseCode) return code === 'EENVELOPE' ? ['unavailable', 'account'] : 'unavailable';
  const reply = parseReply(responseCode, response);
  const fault = isAboutMessage(error) ? blameMessage(reply) : blameSession(reply, command);
  if (isTemporary || (code !== 'EENVELOPE' && code !== 'EMESSAGE')) return ['unavailable', fault];
  if (responseCode === 530 || responseCode === 535) return 'unauthorized'; // RFC 4954 §6: log in first
  if (command === 'MAIL FROM') return 'rejected';
  if (command !== 'RCPT TO') return ['rejected', fault];
  return fault === 'recipient' ? 'invalid_recipient' : 'rejected';
}

/** Whether the server had been told the recipient; where commands are pipelined, a 421 ends the session unassigned. */
export function isAboutMessage({ code, command }: SmtpError): boolean {
  return command === 'RCPT TO' || command === 'DATA' || (code === 'ECONNECTION' && command === 'CONN');
}
