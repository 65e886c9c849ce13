import type { SmtpError } from './smtp-error.js';

/** As nodemailer passes it to its logger. */
interface Entry {
  /** Of the connection. */
  sid?: string;
  tnx?: string;
  err?: SmtpError;
}

/** Connections that are followed; the one that has been silent longest is forgotten first. */
const maxFollowed = 200;
const commandPattern = /^(EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO|DATA|RSET|QUIT)\b/;

/**
 * A logger for nodemailer that adds to its errors which command was not answered: nodemailer itself does not say. Replies come
 * in the order of the commands, also with pipelining (RFC 2920 §3.1).
 */
export function createUnansweredLog() {
  /** By connection. */
  const unanswered = new Map<string, string[]>();

  function note({ sid = '', tnx }: Entry, line: string): void {
    if (tnx === 'server') unanswered.get(sid)?.shift();
    if (tnx !== 'client') return;
    const commands = unanswered.get(sid) ?? [];
    unanswered.delete(sid);
    const [oldest] = unanswered.keys();
    if (unanswered.size === maxFollowed && oldest !== undefined) unanswered.delete(oldest);
    // Every other line is a step of a login, and may be a name or password.
    unanswered.set(sid, [...commands, commandPattern.exec(line)?.[1] ?? 'AUTH']);
  }

  function noteOnError({ sid = '', err }: Entry): void {
    const commands = unanswered.get(sid);
    if (!err || !commands) return;
    // The first command waits for the greeting.
    err.isGreeted = true;
    if (commands[0] !== undefined) err.unanswered = commands[0];
  }

  const ignore = () => {};
  return { trace: ignore, debug: note, info: ignore, warn: noteOnError, error: noteOnError, fatal: ignore };
}
