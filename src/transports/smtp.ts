import type { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Transport } from '../ports.js';
import { requireBoolean, requireInteger, requireText } from './options.js';
import { readRefusal, type SmtpError } from './smtp-refusal.js';
import { readSender } from './smtp-sender.js';

export interface SmtpTransportOptions {
  host: string;
  /** Default 465 with `secure`, else 587. */
  port?: number | undefined;
  /** TLS from the first byte. Default false: STARTTLS when the server offers it. */
  secure?: boolean | undefined;
  /** Refuse to send without TLS. Default false. */
  requireTls?: boolean | undefined;
  /** For a server with a certificate of your own: `ca`, or another `servername`. Certificates are always checked. */
  tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'minVersion'> | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** `codes@example.com` or `Example <codes@example.com>`. */
  from: string;
  /** Limit on connecting, on the greeting and on silence, in milliseconds, 100 to 60 000. Default 5000. */
  timeoutMs?: number | undefined;
  /** Connections that are kept open, 1 to 100. Default 5. More messages wait for a free one. */
  maxConnections?: number | undefined;
}

/** Shorter than servers wait for the next command (RFC 5321 §4.5.3.2.7: at least 5 minutes). */
const idleTimeoutMs = 30_000;

/** Lets a failed send tell whether any of the message had been read, and so could have been sent. */
interface Progress {
  content?: Readable;
}

/**
 * Sends e-mail over SMTP (RFC 5321). The envelope holds the one recipient as it is; nothing parses it. Connections
 * are kept for the next message; a message whose content has begun to be sent is never sent again
 * (docs/decisions/0010).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createSmtpTransport(options: SmtpTransportOptions): Transport {
  const { secure = false, requireTls = false, username, password, tls, maxConnections = 5 } = options;
  requireBoolean(secure, 'secure');
  requireBoolean(requireTls, 'requireTls');
  const timeoutMs = requireInteger(options.timeoutMs ?? 5000, 'timeoutMs', 100, 60_000);
  const from = readSender(options.from);
  const mailer = createTransport({
    pool: true,
    maxConnections: requireInteger(maxConnections, 'maxConnections', 1, 100),
    // Only for kept connections that turn out to be broken before anything of the message was read.
    maxRequeues: maxConnections,
    idleTimeout: idleTimeoutMs,
    host: requireText(options.host, 'host', /^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or an address'),
    port: requireInteger(options.port ?? (secure ? 465 : 587), 'port', 1, 65_535),
    secure,
    requireTLS: requireTls,
    ...(tls === undefined ? {} : { tls }),
    ...readLogin(username, password),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  mailer.use('stream', (mail, done) => {
    const { progress } = mail.data as SendMailOptions & { progress: Progress };
    mail.message.processFunc((content) => {
      progress.content = content as Readable;
      return content;
    });
    done();
  });
  return {
    name: 'smtp',
    channels: ['email'],
    async send({ id, to, subject, text, html }, { signal }) {
      const progress: Progress = {};
      const mail: SendMailOptions & { progress: Progress } = {
        progress,
        envelope: { from: from.address, to: [to] },
        from,
        to: { name: '', address: to },
        subject,
        text,
        ...(html === undefined ? {} : { html }),
        headers: {
          'Auto-Submitted': 'auto-generated', // RFC 3834 §5: no out-of-office replies
          'X-Entity-Ref-ID': id, // keeps mail programs from hiding a new code in an old conversation
        },
        signal,
      };
      try {
        const info = await mailer.sendMail(mail);
        return { ok: true, id: info.messageId };
      } catch (error) {
        return readRefusal(error as SmtpError, progress.content?.readableDidRead ?? false);
      }
    },
    async close() {
      mailer.close();
    },
  };
}

function readLogin(username: string | undefined, password: string | undefined) {
  if (username === undefined && password === undefined) return {};
  if (username === undefined) throw new TypeError('username must be given with a password');
  const user = requireText(username, 'username', /^[^\0\r\n]+$/, 'one line, and not empty');
  if (password === undefined) throw new TypeError('password must be given with a username');
  return {
    auth: { user, pass: requireText(password, 'password', /^[^\0\r\n]+$/, 'one line, and not empty') },
  };
}
