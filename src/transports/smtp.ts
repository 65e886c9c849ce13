import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { createRefusal } from '../core/refusal.js';
import type { Clock, Message, Receipt, Transport } from '../ports.js';
import { createMailHeaders } from './mail-headers.js';
import { createTokenSource, type OAuthOptions, TokenError, type TokenSource } from './oauth-token.js';
import { checkOptions, flag, given, integer, matching, optional, timeoutOf, withDefault } from './options.js';
import type { SmtpError } from './smtp-error.js';
import { createLine } from './smtp-line.js';
import { resolvePasswordLogin, resolveTokenLogin } from './smtp-login.js';
import { createMailer, type Progress, type SmtpMail } from './smtp-mailer.js';
import { resolvePort, smtpPorts } from './smtp-port.js';
import { isConnectionEnd, isConnectionLimit, toRefusal } from './smtp-refusal.js';
import { parseSender } from './smtp-sender.js';
import { createUnansweredLog } from './smtp-unanswered.js';

export interface SmtpTransportOptions {
  host: string;
  /** Default 465 with `secure`, else 587. */
  port?: number | undefined;
  /** TLS from the first byte (RFC 8314 §3.3); `false`: STARTTLS if offered. Default: true for ports 465 and 2465. */
  secure?: boolean | undefined;
  /** Refuse to send without TLS. Default false. */
  requireTls?: boolean | undefined;
  /** For a private CA or a different certificate name. Certificates are always checked. */
  tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'minVersion'> | undefined;
  /** Name in the greeting (RFC 5321 §4.1.1.1): a domain, or an address in []. Default: the domain of `from`. */
  name?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** Instead of a password: logs `username` in by XOAUTH2, only over TLS or to this machine. */
  oauth?: OAuthOptions | undefined;
  /** `codes@example.com` or `Example <codes@example.com>`. */
  from: string;
  /** Timeout of connecting, of the greeting and of inactivity, in milliseconds, 100 to 60 000. Default 4500. */
  timeoutMs?: number | undefined;
  /** Maximum number of connections, 1 to 100. Default 5. Further messages wait for a free one. */
  maxConnections?: number | undefined;
  /** Milliseconds since 1970, for the life of tokens. Default: the system clock. */
  clock?: Clock | undefined;
}

/** At least two colons: one colon would be a host with a port. */
const hostPattern = /^([A-Za-z0-9._-]{1,253}|[0-9A-Fa-f.]*(:[0-9A-Fa-f.]*){2,9})$/;
const greetingName = /^([A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[A-Za-z0-9.:]{2,60}\])$/;
/** Well below the 5 minutes that servers must wait for the next command (RFC 5321 §4.5.3.2.7). */
const idleTimeoutMs = 30_000;
/** Share of the time limit for waiting on a server that accepts no connection; the rest is for the next transport. */
const patience = 0.6;
/** Share of the time limit for waiting on other messages. */
const turnPatience = 0.9;
const [firstPauseMs, longestPauseMs] = [100, 2000];

/**
 * Sends e-mail over SMTP (RFC 5321). The envelope holds the one recipient verbatim; nothing parses it. Connections are
 * reused. A message is not retried once any of its content may have been sent (docs/decisions/0010, 0031).
 *
 * @throws TypeError or RangeError that names the wrong option
 */
export function createSmtpTransport(options: SmtpTransportOptions): Transport {
  const checked = checkSmtpOptions(options);
  const { from, oauth, timeoutMs, maxConnections, clock } = checked;
  // Fails before the message itself times out.
  const tokenClient = { fetch: globalThis.fetch, clock, timeoutMs: timeoutMs * 0.8 };
  const tokens = oauth && createTokenSource(oauth, tokenClient);
  const mailer = openMailer(checked, tokens);
  const line = createLine(maxConnections, () => performance.now());

  async function trySend({ id, to, subject, text, html }: Message, signal: AbortSignal): Promise<Attempt> {
    const progress: Progress = {};
    const mail: SmtpMail = {
      progress,
      envelope: { from: from.address, to: [to] },
      from,
      to: { name: '', address: to },
      subject,
      text,
      ...(html && { html }),
      headers: createMailHeaders(id),
      signal,
    };
    try {
      const info = await mailer.sendMail(mail);
      return { receipt: { ok: true, id: info.messageId } };
    } catch (error) {
      if (error instanceof TokenError) return { receipt: error.receipt };
      const isContentRead = progress.content?.readableDidRead ?? false;
      const receipt = toRefusal(error as SmtpError, isContentRead);
      return isContentRead ? { receipt } : { receipt, error: error as SmtpError };
    }
  }

  return {
    name: 'smtp',
    channels: ['email'],
    async send(message, { signal, leftMs }) {
      const endsAt = performance.now() + (leftMs ?? timeoutMs) * patience;
      const waitMs = leftMs === undefined ? undefined : leftMs * turnPatience;
      if (!(await line.enter(signal, waitMs))) return refuseWaiting(signal);
      let hasTurn = true;
      try {
        let reconnects = 0;
        for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
          const { receipt, error } = await trySend(message, signal);
          if (!error || signal.aborted) return receipt;
          const isLimit = isConnectionLimit(error);
          const isEnd = isConnectionEnd(error);
          // Every kept connection may have ended; that only shows when the next message starts.
          if (isEnd && !isLimit && reconnects < (error.command === 'MAIL FROM' ? maxConnections : 1)) {
            reconnects += 1;
            continue;
          }
          // Some servers silently close connections beyond their limit.
          const mayBeLimit = isLimit || (isEnd && error.responseCode === undefined);
          if (!mayBeLimit || performance.now() + pauseMs >= endsAt) return receipt;
          if (line.shrink()) {
            line.leave();
            hasTurn = await line.enter(signal, waitMs, true);
            if (!hasTurn) return refuseWaiting(signal);
          } else if (isLimit) {
            // Keeps its turn, so that other messages do not try in the meantime.
            await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
          } else {
            return receipt;
          }
        }
      } finally {
        if (hasTurn) line.leave();
      }
    },
    async checkAccess({ signal }) {
      try {
        await Promise.race([mailer.verify(), rejectWhenAborted(signal)]);
        return { ok: true };
      } catch (error) {
        return error instanceof TokenError ? error.receipt : toRefusal(error as SmtpError, false);
      }
    },
    async close() {
      tokens?.close();
      await mailer.close();
    },
  };
}

function checkSmtpOptions(options: SmtpTransportOptions) {
  const checked = checkOptions(options, {
    requireTls: withDefault(false, flag),
    // Shorter than the timeout of a message by default, so that the log can say what was not answered.
    timeoutMs: timeoutOf(4500),
    maxConnections: withDefault(5, integer(1, 100)),
    host: matching(hostPattern, 'a host name or an address, without a port'),
    port: optional(integer(smtpPorts.min, smtpPorts.max)),
    secure: optional(flag),
    from: parseSender,
    name: optional(matching(greetingName, 'a domain, or an address in []')),
    tls: given<SmtpTransportOptions['tls']>,
    username: given<string | undefined>,
    password: given<string | undefined>,
    oauth: given<OAuthOptions | undefined>,
    clock: withDefault(Date.now, given<Clock>),
  });
  const { tls, password, oauth } = checked;
  if (tls?.servername !== undefined) {
    matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'a host name')(tls.servername, 'tls.servername');
  }
  if (oauth && password !== undefined) throw new TypeError('password must not be given with oauth');
  return checked;
}

function openMailer(checked: ReturnType<typeof checkSmtpOptions>, tokens: TokenSource | undefined) {
  const { host, from, tls, username, password, timeoutMs, maxConnections } = checked;
  return createMailer({
    pool: true,
    maxConnections,
    // Only for kept connections that turn out to be broken before any content was read.
    maxRequeues: maxConnections,
    idleTimeout: idleTimeoutMs,
    host,
    ...resolvePort(checked.port, checked.secure),
    requireTLS: checked.requireTls,
    ...(tls === undefined ? {} : { tls }),
    ...(tokens ? resolveTokenLogin(username, host, tokens) : resolvePasswordLogin(username, password)),
    name: checked.name ?? from.address.slice(from.address.lastIndexOf('@') + 1),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 1000,
    logger: createUnansweredLog(),
    // Logs commands and replies, but not the content.
    transactionLog: true,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

interface Attempt {
  receipt: Receipt;
  /** Set if a retry is safe: no server has seen any of the content. */
  error?: SmtpError;
}

/** As nodemailer writes it. */
const abortError: SmtpError = { code: 'EABORT', message: 'aborted' };

async function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw abortError;
}

/** The server is there, so the fault is not the connection's. */
function refuseWaiting(signal: AbortSignal): Receipt {
  if (signal.aborted) return toRefusal(abortError, false);
  return createRefusal(['unavailable', 'account'], 'SMTP no free connection', {
    cause: 'all connections that the server takes were busy: the server is too slow, or takes too few',
  });
}
