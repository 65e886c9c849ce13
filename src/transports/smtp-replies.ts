import type { Fault } from '../core/refusal.js';
import type { SmtpError } from './smtp-error.js';

export interface Reply {
  /** RFC 5321 §4.2.3. */
  code: number;
  /** RFC 3463 §2. */
  enhanced: string | undefined;
  /** The text in lower case, without addresses, which could contain any word. */
  words: string;
}

/** `response` has the code at the start of each line; without a reply both are missing. */
export function parseReply({ responseCode = 0, response = '' }: SmtpError): Reply {
  const text = response.slice(0, 2000).toLowerCase();
  return {
    code: responseCode,
    enhanced: parseEnhancedCode(response),
    words: text
      .replace(/^\d{3}[ -](#?[245]\.\d{1,3}\.\d{1,3}\b)?/gm, ' ')
      .replace(/<[^<>]*>|[^\s<>]+@[^\s<>]+/g, ' ')
      .replace(/\s+/g, ' '),
  };
}

/** RFC 3463 §2; qmail puts it at the end, and Cisco's gateways put a # before it. */
function parseEnhancedCode(response: string): string | undefined {
  const [, first, last] =
    /^\d{3}[ -]#?([245]\.\d{1,3}\.\d{1,3})\b|\(#([245]\.\d{1,3}\.\d{1,3})\)/.exec(response) ?? [];
  return first ?? last;
}

interface Rule {
  fault: Exclude<Fault, 'connection'>;
  /** The enhanced code without its first digit. */
  enhanced?: RegExp;
  /** One of them has to match. */
  words?: RegExp | readonly RegExp[];
}

/**
 * Whose fault a refusal is; the first matching rule decides. Enhanced codes by RFC 3463, RFC 5248, RFC 7293, RFC 7372,
 * RFC 7505 and the IANA registry (https://www.iana.org/assignments/smtp-enhanced-status-codes), and those of
 * - Exchange Online: https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online
 * - Gmail: https://support.google.com/a/answer/3726730
 */
const replyRules: readonly Rule[] = [
  // Postfix verified the address with its server, and quotes the result.
  { fault: 'recipient', words: /^\W*recipient address rejected: (undeliverable|unverified) address/ },
  { fault: 'account', words: /^\W*sender address rejected: (undeliverable|unverified) address/ },
  // The mailbox or domain has a new owner, or accepts mail only from its own organisation.
  { fault: 'recipient', enhanced: /^7\.(12|17|18|12[349]|13[3-6]|50[457])$/ },
  {
    fault: 'recipient',
    words:
      /resolver\.rst\b|rejected by (the )?recipient|\bsuppress(ed|ion)\b|previously bounced|\bmailbox (is |has been |was )?(blocked|disabled|suspended|inactive)\b/,
  },
  // Greylisting, or a mailbox that receives too much.
  { fault: 'recipient', enhanced: /^2\.12[12]$/ },
  {
    fault: 'recipient',
    words: [
      /gr[ae]y-?list|not yet authori[sz]ed to deliver|recipient thread limit|receiving (e?mail |messages )?(too|at a rate)|receive limit|messages [^.]{0,20}can receive/,
      /too (many|much) [^.]{0,40}(to|for) (this|the|that) (user|recipient|mailbox|account)/,
    ],
  },
  {
    fault: 'account',
    words: [
      // The sender's address, even if the reply mentions its mailbox (Exim: "Sender verify failed").
      /sender('s)? ((e-?mail )?address |domain |e-?mail |envelope )?(is |was |has been )?(rejected|denied|refused|block|banned|verif|not |unknown|invalid|does)|(invalid|unknown|bad|banned|blocked|forged|unverified|your) sender|sender (policy|id|ip|reputation|host)|verification failed for|domain of sender|envelope[- ]from|return[- ]path|from (e-?mail )?address|send ?as\b/,
      // Relaying denied, or limits of the account.
      /relay(ing)?( access)?( is| has been)? (denied|not |prohibited|disallowed|refused|rejected|limit|quota)|(no|not|n't|cannot|unable to|refuse to|allowed to|permitted to|only|open|anonymous) relay|rcpt ?hosts|(send|sending|sent|outgoing|outbound|submission|daily|hourly) [^.]{0,30}(limit|quota|rate|allowance)|outbounds? (disabled|mail|e-?mail)|(disabled|suspended|blocked|paused) (for|from) sending|sending (is |has been |was )?(disabled|suspended|blocked|paused)/,
    ],
  },
  { fault: 'recipient', enhanced: /^(1\.([12346]|10)|2\.[1-4])$/ },
  { fault: 'account', enhanced: /^(1\.[789]|2\.252|4\.5|7\.([2-9]|\d{2,3}))$/ },
  { fault: 'account', words: /\bsender\b/ },
  {
    fault: 'account',
    words: [
      // A provider that relays only from known addresses: the server or its address is on no list, or must be.
      /\b(ips?|hosts?|servers?|clients?|network|address you are sending from)\b[^.]{0,40}?\b(white|allow|safe|access)(ed)?[- ]?list|\bnot (on|in) (your|our ip|the ip|this account's) (\w+ )?(white|allow|access)[- ]?list/,
      // The contract with a provider: a trial, a plan that is used up, an account or domain that it has not approved yet.
      /\b(trial|free|demo|sandbox|test(ing)?) (account|domain|sub-?domain|plan|mode|period|server|version|smtp|tier)s?\b|\b(in|is a?) sandbox\b|\bcredits?\b|\b(billing|payments?|invoices?|subscriptions?|unpaid|overdue|probation)\b|(upgrade|activate) (your|the|a) |(confirm|validate|verify|complete) your (account|domain|e-?mail|identity|phone|profile|registration|website)|\b(not|n't) (allowed|permitted|enabled|able) to send|\byour ([\w-]+ )?(plan|package|quota|allowance|token|key|domain|website)\b|\b(plan|package|monthly|weekly|daily|hourly|free|maximum) [^.]{0,30}(limit|quota|allowance|exceeded)|\bapi[- ]?(key|token)|\b(account|domain|website|user|ip|address)( \S+)? (is |are |has |was )?(still |currently )?(not (yet )?(been )?(verified|validated|activated|approved|confirmed|enabled for)|under review|pending|awaiting|on hold|unverified (for|to) send)|\bnot (yet )?(been )?(verified|approved|activated|validated|enabled) (to|for) send|(verified|authori[sz]ed|own|approved) (e-?mail )?(recipients|addresses)\b|account owners?\b|\b(licen[cs]e|balance|funds|allotment)\b|\bapi\b|(unregistered|unknown) ip\b|\bip (is )?not\b/,
      // What the account may send, and how it has to sign in.
      /\bcan only send\b|\b(e-?mails?|messages?|recipients?) (limit|quota|rate)\b|quota of (messages|e-?mails)|(daily|hourly|monthly)[-_ ](limit|quota)|number of (allowed |sent )?(e-?mails|messages|recipients)|\b(suspended|disabled|blocked) for (spam|abuse)|password|log in via|web browser|phone number|\bsmtp( access| auth| service)?( is)? (disabled|blocked|not (enabled|allowed|available))/,
      // Blocklists, including the codes of Hotmail, Yahoo and iCloud.
      /block(ed|ing)? (using|by|due|for|because|list)|(block|black|deny|drop)[- ]?list|\bdnsbl|\brbls?\b|spamhaus|spamcop|barracuda|sorbs|uceprotect|proofpoint|(?<!not )\blisted\b|reputation|\bbanned\b|\[(tss?|bl|cs|hm|ph)\d+\]|\b(sc|dy|ou|rp)-00\d\b|\bs3(140|150)\b/,
      // Authentication, TLS, DNS or greeting of the sender.
      /\b(spf|dkim|dmarc)\b|authenticat|authori[sz]|must issue|starttls|requires? (tls|encryption|high-strength)|tls (is )?required|\bauth\b|log ?in first|pop before|client (host|ip)|reverse|\bptr\b|\brdns\b|\b(helo|ehlo)\b|cannot find your|sending (address|domain|host|server|mta)|\bfrom:? domain|your (ip|host|server|network|domain|isp|mail ?server|account|organi[sz]ation|client)\b|\bip address|(messages?|mail|mails|e-?mails?|connections?|traffic|volume) (coming )?from\b|from your|dynamic|untrusted|our system has detected/,
      // Rate limits.
      /too (many|much) |(rate|frequency|connections?|messages?|volume)[- ]?limit|limit(ed|ing)? (the )?(rate|connections?)|exceed\w* [^.]{0,40}(rate|connections?|(per|an|this) (minute|hour|day))|excessive volume|throttl|slow down|(unexpected|unusual) (volume|rate|sending)|user complaints/,
    ],
  },
  // The mailbox, without a code that says so.
  {
    fault: 'recipient',
    words:
      /(user|mailbox|inbox|account|recipient|rcpt|address|addressee|person|alias|customer) [^.]{0,60}?(unknown|not found|not exist|n[o']t (exist|valid|available|known|here|local|listed|have|recogni[sz]ed|accept)|doesn|unavailable|inactive|disabled|suspended|closed|expired|deleted|terminated|locked|blocked|\bfull|over\b|exceed|undeliverable|unverified|invalid|not allowed|rejected|busy|in use|moved|no longer)|(unknown|invalid|no such|no|bad|nonexist\w*|non-exist\w*|inactive|disabled|undeliverable|illegal|malformed) (local )?(user|mailbox|account|recipient|address|addressee|person|alias|local[- ]part|domain|destination)|quota|unroute?able|(domain|host) (name )?not found|full mailbox|no longer valid/,
  },
  // The message or its sender, in general words.
  {
    fault: 'account',
    enhanced: /^(\d\.0|7\.\d+)?$/,
    words:
      /denied|prohibit|forbidden|refused|not (permitted|allowed|accepted)|polic(y|ies)|block|spam|virus|unsolicited|suspicio|suspect|abus|\baup\b|rfc[- ]compliant|\bcontents?\b|too (large|big)|message size|(message|mail|connection|session) (was |has been |is )?(rejected|refused|deferred)/,
  },
];

const shortage = /insufficient (system|disk)|system (storage|resources)|out of (disk|memory)|disk full/;
/** Reply codes that do not concern a mailbox (RFC 5321 §4.2.3, RFC 7504, RFC 4954 §6), unless something else says so. */
const generalCodes = /^(421|454|455|50\d|521|53\d|554|555|57\d)$/;

function findReplyFault({ enhanced, words }: Reply): Rule['fault'] | undefined {
  const detail = enhanced?.slice(2) ?? '';
  const matches = (rule: Rule) =>
    (rule.enhanced?.test(detail) ?? true) &&
    (rule.words === undefined || [rule.words].flat().some((pattern) => pattern.test(words)));
  return replyRules.find(matches)?.fault;
}

/** A reply that invites another try (RFC 5321 §4.2.1). */
export function isTemporaryReply(code: number): boolean {
  return code < 500;
}

const loginLimits = /too many|limit|exceed|throttl|lock|suspend|disabl|attempts/;

/**
 * Whose fault a refusal is while the server knows neither recipient nor content.
 *
 * @param command the command it answers
 */
export function blameSession(reply: Reply, command: string): Exclude<Fault, 'recipient'> {
  const isTemporary = isTemporaryReply(reply.code);
  // RFC 3207 §4.1: a problem with the server's TLS.
  if (command === 'STARTTLS' && isTemporary) return 'connection';
  // The server rejects our greeting.
  if (/^(EHLO|HELO)$/.test(command) && !isTemporary) return 'account';
  if (command.startsWith('AUTH') && isTemporary) {
    // RFC 4954 §6: X.7.0 is a temporary server failure, X.7.12 a problem with the password.
    const isOurs = loginLimits.test(reply.words) || /\.7\.[1-9]/.test(reply.enhanced ?? '');
    return isOurs ? 'account' : 'connection';
  }
  const isOurs = findReplyFault(reply) === 'account' || reply.enhanced?.slice(1, 4) === '.7.';
  return isOurs ? 'account' : 'connection';
}

/**
 * Whose fault a refusal of the recipient or the content is. Never the connection's: the server is up, and the owner of the
 * recipient's domain may influence the reply.
 */
export function blameMessage(reply: Reply): Exclude<Fault, 'connection'> {
  const fault = findReplyFault(reply);
  if (fault) return fault;
  const { code, enhanced, words } = reply;
  switch (enhanced?.charAt(2)) {
    case '1': // addresses
    case '2': // mailboxes
    case '4': // routes
      return 'recipient';
    case '7':
      // Security or policy. 4.7.1 is most often greylisting.
      return enhanced === '4.7.1' ? 'recipient' : 'account';
    case '3': // the server
    case '5': // the protocol
    case '6': // the content
      return 'account';
    default:
      return generalCodes.test(String(code)) || shortage.test(words) ? 'account' : 'recipient';
  }
}
