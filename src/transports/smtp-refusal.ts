import type { RefusalCategory } from '../core/policy.js';
import type { Receipt } from '../ports.js';

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
export function readRefusal(error: SmtpError, isContentRead: boolean): Receipt {
  const { code = 'error', command = '', responseCode, syscall } = error;
  const category = categorise(error, isContentRead);
  const isFinal = category === 'invalid_recipient' || category === 'rejected' || category === 'unauthorized';
  // Codes only: a server's words may hold the recipient.
  const facts = [code, syscall, responseCode, readEnhancedCode(error), command.split(' ', 2).join(' ')];
  return { ok: false, category, retryable: !isFinal, detail: `SMTP ${facts.filter(Boolean).join(' ')}` };
}

function categorise(error: SmtpError, isContentRead: boolean): RefusalCategory {
  const { code, command, responseCode } = error;
  const isTemporary = responseCode !== undefined && responseCode < 500;
  if (code === 'EAUTH' || code === 'ENOAUTH') return isTemporary ? 'unavailable' : 'unauthorized'; // RFC 4954 §6
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timeout';
  // After the content only the server's own answer to it counts.
  if (isContentRead && (code !== 'EMESSAGE' || !responseCode)) return 'unknown';
  if (!responseCode || isTemporary || (code !== 'EENVELOPE' && code !== 'EMESSAGE')) return 'unavailable';
  if (responseCode === 530 || responseCode === 535) return 'unauthorized'; // RFC 4954 §6: log in first
  if (command !== 'RCPT TO') return 'rejected';
  // RFC 3463 §3.8: 5.7.x is policy, such as a server that does not relay; the mailbox may well exist.
  return readEnhancedCode(error)?.startsWith('5.7.') ? 'rejected' : 'invalid_recipient';
}

/** RFC 3463 §2. */
function readEnhancedCode({ response = '' }: SmtpError): string | undefined {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}
