import { explainConnection } from '../core/connection-causes.js';
import { faultOf, type Refusal } from '../core/refusal.js';
import { isLoginError, type SmtpError } from './smtp-error.js';
import { isTemporaryReply, parseReply, type Reply } from './smtp-replies.js';

/** Settings by their names in the service; the options of the library are called alike. */
const hints = {
  address: 'SMTP_HOST and SMTP_PORT',
  tls: 'SMTP_PORT and SMTP_SECURE',
  certificateName: 'SMTP_HOST, or set SMTP_TLS_SERVERNAME',
};

const credentials = 'SMTP_USERNAME and SMTP_PASSWORD';
const noTls = 'TLS is required, and the server does not offer it (SMTP_REQUIRE_TLS)';
const isWithoutTls = ({ code, command }: SmtpError) => code === 'ETLS' || command === 'STARTTLS';

/** Why a send failed and what to look at, in our words: what the server writes may quote the recipient. */
export function explainSmtp(error: SmtpError, refusal: Refusal, isContentRead: boolean): string {
  const { responseCode } = error;
  if (responseCode === undefined) return explainSession(error, isContentRead);
  const reply = parseReply(error);
  const numbers = reply.enhanced === undefined ? responseCode : `${responseCode} ${reply.enhanced}`;
  const cause = explainReply(error, reply, refusal);
  // Two brackets in a row look like one mistake.
  return cause.endsWith(')') ? `${cause}: ${numbers}` : `${cause} (${numbers})`;
}

/** The session ended without a reply. */
function explainSession(error: SmtpError, isContentRead: boolean): string {
  const { code, originalCode, command, unanswered, message } = error;
  if (code === 'ETIMEDOUT') return explainStall(error, isContentRead);
  if (code === 'EABORT') return 'the time limit of the message was reached (DELIVERY_TIMEOUT_MS)';
  const isInHandshake = (code === 'ETLS' && command === 'CONN') || /before secure TLS/.test(message);
  if (isInHandshake) return `the server closed the connection during the TLS handshake: check ${hints.tls}`;
  if (isWithoutTls(error)) return noTls;
  if (isLoginError(error)) {
    return `the server offers no login that fits: check ${credentials}`;
  }
  if (code === 'ECONNECTION' || originalCode === 'ECONNRESET') {
    if (isContentRead) return 'the server closed the connection after the message, which it may have taken';
    if (unanswered !== undefined)
      return `the server closed the connection instead of answering ${unanswered}`;
  }
  if (code === 'ECONNECTION') return 'the server closed the connection';
  if (code === 'EPROTOCOL') return `what answers there does not speak SMTP: check ${hints.address}`;
  return explainConnection(originalCode ?? code, hints) ?? `the session failed (${code ?? 'without a code'})`;
}

/** By nodemailer's names of its timeouts. */
function explainStall(error: SmtpError, isContentRead: boolean): string {
  const { timeoutType, unanswered, isGreeted } = error;
  switch (timeoutType) {
    case 'GREETING_TIMEOUT':
    case 'SOCKET_TIMEOUT':
    case 'UPGRADE_TIMEOUT':
      // The timer of the socket runs while the greeting is waited for too; that of the greeting runs only then.
      if (!isGreeted)
        return `the server took the connection but does not answer: if it never sends a greeting, check ${hints.tls}`;
      if (isContentRead) return 'the server did not answer after the message, which it may have taken';
      // Whichever timer fires first: during the handshake of STARTTLS no command is under way.
      return unanswered === undefined
        ? 'the server accepted STARTTLS, but did not complete the TLS handshake in time'
        : `the server took the connection but does not answer ${unanswered} in time`;
    default:
      return `the server did not take the connection, or not complete a TLS handshake, in time: check ${hints.address}, ${hints.tls} and the firewall`;
  }
}

function explainReply(error: SmtpError, reply: Reply, refusal: Refusal): string {
  const { code, command = '' } = error;
  const { words, enhanced } = reply;
  if (isWithoutTls(error)) {
    return isTemporaryReply(reply.code) ? 'the server offers TLS, but cannot start it at the moment' : noTls;
  }
  if (code === 'EAUTH' || command.startsWith('AUTH')) {
    if (refusal.category === 'unauthorized')
      return `the server refuses the login: ${adviseLogin(command, reply)}`;
    return faultOf(refusal) === 'account'
      ? 'the server takes no login of this account at the moment: too many, or its limit is reached'
      : 'the server cannot check the login at the moment';
  }
  if (refusal.category === 'unauthorized') return `the server asks for a login: set ${credentials}`;
  const fault = faultOf(refusal);
  const isGreylisted = command === 'RCPT TO' && enhanced === '4.7.1' && fault === 'recipient';
  if (/gr[ae]y-?list/.test(words) || isGreylisted) {
    return 'the server greylists: it wants the message again later';
  }
  if (fault === 'recipient') return explainRecipient(words, enhanced?.slice(2), refusal);
  if (fault === 'account') return explainAccount(command, words);
  return 'the server is not ready: it takes no mail at the moment';
}

const oauth = 'OAuth (SMTP_OAUTH_TOKEN_URL)';

/** What to do about a login that the server refuses for good. */
function adviseLogin(command: string, { code, enhanced, words }: Reply): string {
  if (command.includes('XOAUTH2')) {
    return 'check SMTP_USERNAME and SMTP_OAUTH_SCOPE, and what the application may do at the provider';
  }
  if (/smtpclientauth|basic auth|(disabled|not enabled|blocked) for (the|this|your)\b/.test(words)) {
    return `the provider has switched off passwords: allow them there, or use ${oauth}`;
  }
  if (code === 534 || /app(lication)?(-specific)? password|web ?(browser|login)/.test(words)) {
    return `it takes an app password or ${oauth}, not the password of the account`;
  }
  // RFC 4954 §6.
  if (code === 538 || enhanced === '5.7.11' || /starttls|encryption required/.test(words)) {
    return 'it takes one over TLS only (SMTP_REQUIRE_TLS)';
  }
  if (/\b(ips?|unauthori[sz]ed) (address )?(is )?(not|blocked|ip|address)/.test(words)) {
    return 'it takes none from the address of this machine: allow it at the provider';
  }
  if (/^50[0-4]$/.test(String(code))) {
    return `it knows no login with a password: check SMTP_PORT, or leave out ${credentials}`;
  }
  return `check ${credentials}`;
}

function explainRecipient(words: string, detail: string | undefined, { category }: Refusal): string {
  if (/receiv\w+ (e?mail |messages )?(too|at a rate)|receive limit|too (many|much)/.test(words)) {
    return 'the mailbox gets too many messages at the moment';
  }
  if (/resolver\.rst|restricted|not authori[sz]ed|authentication required/.test(words)) {
    return 'the mailbox takes no mail from this sender';
  }
  if (detail === '2.2' || /\bfull\b|quota|over\b/.test(words)) return 'the mailbox is full';
  if (detail === '2.1' || /disabled|suspended|inactive/.test(words)) return 'the mailbox is disabled';
  if (detail === '1.2' || detail === '1.10') return "the recipient's domain takes no mail";
  return category === 'invalid_recipient'
    ? 'the server does not know the mailbox'
    : 'the server does not take mail for this recipient at the moment';
}

function explainAccount(command: string, words: string): string {
  if (/relay/.test(words)) return 'the server does not relay: log in, or let it relay for this machine';
  if (/spam|block|black|\brbls?\b|dnsbl|reputation|\bbanned\b|listed/.test(words)) {
    return 'the server takes this sender for a source of spam';
  }
  if (/\b(spf|dkim|dmarc)\b/.test(words)) return 'the server misses SPF, DKIM or DMARC of the sender';
  if (command === 'EHLO' || command === 'HELO') return 'the server refuses the greeting: check SMTP_NAME';
  if (/\b(client host|reverse|ptr|rdns|helo|ehlo)\b|find your (host|reverse)/.test(words))
    return 'the server takes no mail from this machine: check its reverse DNS and SMTP_NAME';
  if (/not (yet |been )*verified|sandbox|\b(trial|free|test) accounts?\b/.test(words))
    return 'the account may not send this: verify the sender at the provider, or end its trial';
  if (/message size|too (large|big)/.test(words)) return 'the server refuses the message';
  if (/rate|too many|too much|limit|throttl|quota/.test(words)) return 'the limit of the account is reached';
  if (command === 'MAIL FROM' || /sender|send ?as/.test(words))
    return 'the server refuses the sender: check SMTP_FROM';
  return 'the server refuses the message';
}
