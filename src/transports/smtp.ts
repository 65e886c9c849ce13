import { createTransport } from 'nodemailer';
import type { RefusalCategory } from '../core/policy.js';
import type { Receipt, Transport } from '../ports.js';
import { readSender } from './smtp-sender.js';

export interface SmtpTransportOptions {
  host: string;
  /** Default 465 with `secure`, else 587. */
  port?: number | undefined;
  /** TLS from the first byte. Default false: STARTTLS when the server offers it. */
  secure?: boolean | undefined;
  /** Refuse to send without TLS. Default false. */
  requireTls?: boolean | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** `codes@example.com` or `Example <codes@example.com>`. */
  from: string;
  /** Limit on connecting, on the greeting and on silence, in milliseconds. Default 5000. */
  timeoutMs?: number | undefined;
}

/**
 * Sends e-mail over SMTP (RFC 5321). The envelope holds the one recipient as it is; nothing parses it.
 *
 * @throws RangeError when `from` holds no address
 */
export function createSmtpTransport(options: SmtpTransportOptions): Transport {
  const { host, secure = false, requireTls = false, username, password, timeoutMs = 5000 } = options;
  const from = readSender(options.from);
  const mailer = createTransport({
    host,
    port: options.port ?? (secure ? 465 : 587),
    secure,
    requireTLS: requireTls,
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'smtp',
    channels: ['email'],
    async send({ to, subject, text }, { signal }) {
      try {
        const info = await mailer.sendMail({
          envelope: { from: from.address, to: [to] },
          from,
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834 §5: no out-of-office replies
          signal,
        });
        return { ok: true, id: info.messageId };
      } catch (error) {
        return readRefusal(error as SmtpError);
      }
    },
    async close() {
      mailer.close();
    },
  };
}

interface SmtpError {
  code?: string;
  command?: string;
  responseCode?: number;
  syscall?: string;
  message: string;
}

/** Codes only: a server's words may hold the recipient. */
function readRefusal(error: SmtpError): Receipt {
  const { code = 'error', command = '', responseCode, syscall } = error;
  const category = categorise(error);
  const isPermanent = (responseCode !== undefined && responseCode >= 500) || category === 'unauthorized';
  const detail = `SMTP ${[code, syscall, responseCode, command.split(' ', 2).join(' ')].filter(Boolean).join(' ')}`;
  return { ok: false, category, retryable: !isPermanent, detail };
}

function categorise({ code = '', command = '', responseCode, syscall, message }: SmtpError): RefusalCategory {
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'unauthorized';
  if (code === 'EDNS' || code === 'ETLS' || syscall === 'connect') return 'unavailable';
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timeout';
  // Turned away at the greeting, before there was a message.
  if (/^(EHLO|HELO)/.test(command) || message.startsWith('Invalid greeting')) return 'unavailable';
  if (responseCode !== undefined && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    if (responseCode < 500) return 'unavailable';
    return command === 'RCPT TO' ? 'invalid_recipient' : 'rejected';
  }
  // A connection that ended midway: the server may have taken the message.
  return 'unknown';
}
