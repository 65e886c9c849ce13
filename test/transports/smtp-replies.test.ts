import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faultOf, faults, isDefinite, refusalCategories } from '../../src/core/refusal.js';
import type { SmtpError } from '../../src/transports/smtp-error.js';
import { toRefusal } from '../../src/transports/smtp-refusal.js';

const commands = { 'MAIL FROM': 'EENVELOPE', 'RCPT TO': 'EENVELOPE', DATA: 'EMESSAGE' } as const;

function refuse(response: string, command: keyof typeof commands | 'CONN' = 'RCPT TO') {
  const code = command === 'CONN' ? 'EPROTOCOL' : commands[command];
  const error: SmtpError = {
    code,
    command,
    response,
    responseCode: Number(response.slice(0, 3)),
    message: '',
  };
  const receipt = toRefusal(error, command === 'DATA');
  assert.ok(!receipt.ok);
  return { ...receipt, fault: faultOf(receipt) };
}

/** Replies to RCPT TO, as servers word them. */
const replies = {
  recipient: [
    // Recipients who take mail from some people only, or whose own account is not in order
    '550 5.1.1 user not in whitelist',
    '550 recipient not whitelisted',
    '550 user is not on our recipient whitelist',
    '450 Unable to verify the user, try again later',
    '550 Please verify the recipient',
    '550 5.2.1 The account of this user is under review',
    '550 5.2.2 monthly quota of this mailbox exceeded',
    '452 4.2.2 The recipient has used up the plan of the mailbox',
    '550 user account not found',
    '406 You tried to send to recipients that have been marked as inactive',
    '554 5.7.1 a@b.example is on the suppression list',
    '550 Recipient address suppressed',
    '550 Not delivering to previously bounced address',
    '550 This mailbox has been blocked due to inactivity',
    // Postfix
    '450 4.1.2 <a@mistyped.example>: Recipient address rejected: Domain not found',
    '450 4.1.1 <a@b.example>: Recipient address rejected: unverified address: connect to mx.b.example: Connection timed out',
    '550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table',
    '550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in relay recipient table',
    '550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table',
    '450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/b.example.html',
    '450 4.7.1 <a@b.example>: Recipient address rejected: Greylisted for 300 seconds',
    '554 5.7.1 <a@b.example>: Recipient address rejected: Access denied',
    '552 5.2.2 <a@b.example>: Recipient address rejected: Mailbox quota exceeded',
    '556 5.1.10 <a@b.example>: Recipient address rejected: Domain b.example does not accept mail (nullMX)',
    '550 <a@b.example>: Recipient address rejected: User unknown in relay recipient table',
    '451 4.7.1 Greylisting in action, please come back in 00:05:00',
    '451 4.7.1 Please try again later',
    '451 4.7.1 Service unavailable - try again later',
    // Exim
    '451 Temporary local problem - please try later',
    '451 Could not complete recipient verify callout',
    '451 Greylisted, please try again in 5 minutes',
    '451 192.0.2.1 is not yet authorized to deliver mail from <c@d.example> to <a@b.example>. Please try later.',
    // Cisco
    '550 #5.1.0 Address rejected.',
    '451-The sender is new to us.\n451 Graylisted, come back later',
    '550 Unrouteable address',
    '550 unknown user',
    '550 No such user here',
    '550 No Such User Here"',
    '550 The mailbox for this user is full',
    '452 mailbox quota exceeded for this recipient',
    // sendmail, qmail, Domino
    '550 5.1.1 <a@b.example>... User unknown',
    '553 5.3.0 <a@b.example>... No such user here',
    '550 5.3.0 <a@b.example>... Addressee unknown, relay=[192.0.2.1]',
    '550 5.1.2 <a@b.example>... Host unknown (Name server: b.example: host not found)',
    '550 sorry, no mailbox here by that name (#5.1.1)',
    '550 a@b.example... No such user; not listed in public Name & Address Book',
    // Exchange and Exchange Online
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@b.example not found by SMTP address lookup',
    '550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [AM0.eop.protection.outlook.com]',
    '432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded',
    '554 5.2.2 mailbox full; STOREDRV.Deliver; mailbox is full',
    '550 5.2.1 mailbox disabled, not accepting messages',
    '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed',
    '550 5.7.124 Sender not in allowed-senders list',
    '550 5.7.504 [a@b.example]: Recipient address rejected: Access denied',
    '550 5.7.505 Access denied, banned recipient',
    '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)',
    '450 4.4.317 Cannot connect to remote server',
    // Gmail
    '452 4.2.2 The email account that you tried to reach is over quota. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaTemp',
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser x - gsmtp",
    '450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450-4.2.1 prevents additional messages from being delivered. Please resend your\n450 4.2.1 message at a later time. - gsmtp',
    '450 4.2.1 The user you are trying to contact is receiving email too quickly. - gsmtp',
    '550 5.2.1 The email account that you tried to reach is disabled. - gsmtp',
    // others
    '552 1 Requested mail action aborted, mailbox not found',
    '550 Requested action not taken: mailbox unavailable',
    '550 5.1.1 : Recipient address rejected: undeliverable address',
    '554 5.2.2 <a@b.example>: user is over quota',
    '554 <a@b.example>: user unknown',
    "554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com)",
    '550 Message was not accepted -- invalid mailbox. Local mailbox a@mail.ru is unavailable: user not found',
    '550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550',
    '451 Internal resources are temporarily unavailable - https://community.mimecast.com greylisting',
    '550 5.7.17 mailbox owner has changed',
    '553 5.1.3 Bad recipient address syntax',
    '501 Bad address syntax',
    '450 mailbox busy',
    '452 4.2.2 Mailbox full',
    '450 Too many messages for this recipient, try later',
    '421 4.2.1 mailbox temporarily unavailable',
    '553 Requested action not taken: mailbox name not allowed',
    '552 Requested mail action aborted: exceeded storage allocation',
    '551 User not local; please try <a@c.example>',
    '550 5.7.1 No such user!',
    '550 Account disabled',
    '550 5.0.0 Mailbox is full',
    '550 User is not accepting mail',
    '450 4.7.1 <a@b.example>: Recipient address rejected: Intentional policy rejection, please try again later',
    '554 5.4.14 Hop count exceeded - possible mail loop',
    '550 5.4.310 DNS domain b.example does not exist',
    '450 please try again later',
    '451 Requested action aborted: local error in processing',
    '554 delivery error: dd a@yahoo.com is no longer valid.',
    '550 Mail is rejected by recipients',
    '550 Mailbox unavailable or access denied',
    '550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized',
    '550 5.7.12 Sender was not authenticated by organization',
    '550 5.7.123 RESOLVER.RST.AuthRequired; authentication required',
    "550 5.2.121 Recipient's hourly message receive limit from specific sender exceeded",
    '450 4.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour.',
    '421 mailbox in use',
    '550 5.1.1 User unknown, reported to the sending server',
    '450 4.1.1 <a@b.example>: Recipient address rejected: unverified address: host mx.b.example[192.0.2.1] refused to talk to me: 554 blocked using zen.spamhaus.org',
    '550 5.1.1 <a@b.example>: Recipient address rejected: undeliverable address: host mx.b.example said: 550 relay not permitted (in reply to RCPT TO command)',
    '450 4.2.1 <a@b.example>: Mailbox received too much email in a short period of time (G30)',
    '552 5.2.3 Message too large for this recipient',
    '552 User mailbox exceeds allowed size',
  ],
  account: [
    '550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.',
    // Providers to which the account, its addresses, plan or domain are not good enough
    '550 IP is not in your whitelist',
    '550 5.7.1 IP is not in whitelist',
    '554 Your IP address is not whitelisted',
    '550 that IP address is not allowed to send',
    '550 The IP you are sending from is not in the allowed list for this account',
    '550 IP not allowlisted',
    '550 Host not in allow list',
    '550 Unauthenticated mail not allowed from this range',
    '525 5.7.13 Unauthorized IP address',
    '550 Please activate your SMTP relay account',
    '421 Domain a.example is not allowed to send: Please activate your account',
    '421 Domain a.example is not allowed to send: recipient limit exceeded, try again later',
    '550 Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients',
    '550 Demo domains can only be used to send emails to account owners',
    '550 Trial accounts can only send to verified recipients',
    '550 You can only send to your own email address until your account is approved',
    '553 Sorry, your trial period has expired',
    '405 You have exceeded the number of messages in your plan',
    '550 Monthly quota reached',
    '452 Monthly limit of emails reached',
    '550 Daily quota exceeded',
    '550 No credits left',
    '451 Insufficient credits',
    '550 Billing suspended',
    '550 Payment required',
    '550 Account under review',
    '550 Your account is pending activation',
    '554 Your account is on probation and domains are limited to 100 messages / hour',
    '550 Domain not verified',
    '550 The domain a.example is not verified for sending',
    '550 Invalid API token',
    '550 Server is in sandbox mode',
    '550 Recipient not allowed on your plan',
    '450 You can only send testing emails to your own email address',
    '450 daily_quota_exceeded',
    '550 Email limit reached',
    '550 Maximum number of emails for this month reached',
    '550 Recipient limit for this account reached',
    '550 Number of allowed recipients exceeded for today',
    '550 User account suspended for spamming',
    '550 License expired',
    '550 Unregistered IP',
    '550 IP not registered',
    '550 Application-specific password required',
    '550 Please log in via your web browser',
    '550 Must verify phone number before sending',
    '550 SMTP access disabled',
    '550 SMTP is not enabled for this account',
    '550 Unknown API user',
    '550 Insufficient balance',
    '450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded.',
    '550 Domain a.example has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.',
    '550 Sending has been rejected because the sender you used is not valid.',
    '550 Domain is not approved for outbound SMTP',
    // Relaying and the sender
    '550 relay not permitted',
    '554 5.7.1 <a@b.example>: Relay access denied',
    '454 4.7.1 <a@b.example>: Relay access denied',
    '550 5.7.1 <a@b.example>... Relaying denied',
    '550 5.7.1 Unable to relay for a@b.example',
    '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
    '550 5.4.1 Relay Access Denied [AM0.prod.outlook.com]',
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    '550 we do not relay',
    '550 Sender verify failed',
    '550-Verification failed for <codes@example.org>\n550-No Such User Here\n550 Sender verify failed',
    '550-Callback setup failed while verifying <codes@example.org>\n550 Sender verify failed',
    '451 Could not complete sender verify callout',
    '450 4.1.8 <codes@example.org>: Sender address rejected: Domain not found',
    '553 5.1.8 <codes@example.org>... Domain of sender address codes@example.org does not exist',
    '550 5.1.0 <codes@example.org>: Sender address rejected: User unknown in virtual mailbox table',
    '550 Sender address rejected: not owned by user',
    '553 5.7.1 <codes@example.org>: Sender address rejected: not logged in',
    '550 5.7.27 sender address has null MX',
    // Blocklists and reputation
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1',
    '554 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example',
    '554 mail server blocked using bl.spamcop.net',
    '550 192.0.2.1 is listed at zen.spamhaus.org',
    '550 Rejected by RBL. Mailbox unavailable',
    '550 csi.mimecast.org Poor Reputation Sender',
    '554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1',
    '553 5.7.1 [BL21] Connections not accepted from IP addresses on Spamhaus PBL',
    '550 SC-001 (COL004-MC1F4) Unfortunately, messages from 192.0.2.1 were not sent.',
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
    '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. [AM0.eop.outlook.com]',
    '550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please forward this message to delist@microsoft.com',
    '550 5.7.606 Access denied, banned sending IP [192.0.2.1]',
    '451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77714)',
    '451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.',
    '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
    '421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.',
    '550 OU-002 (BAY004) Unfortunately, messages were not sent.',
    // Authentication of mail
    '550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.',
    "550-5.7.26 Unauthenticated email from example.org is not accepted due to\n550 5.7.26 domain's DMARC policy. - gsmtp",
    '550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject.',
    '550 5.7.1 Email rejected per DMARC policy for example.org',
    '550 5.7.23 <a@b.example>: Recipient address rejected: Message rejected due to: SPF fail - not authorized',
    '550 SPF check failed',
    '550 5.7.515 Access denied, sending domain example.org does not meet the required authentication level.',
    // How we present ourselves
    '450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]',
    '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]',
    '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname',
    '450 4.7.1 <mx.example.org>: Helo command rejected: Host not found',
    '550 5.7.25 The IP address sending this message does not have a PTR record setup',
    '550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)',
    // How much we send
    '421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address.',
    '450 4.2.1 Peak SMTP relay limit exceeded for this customer.',
    '550 5.4.5 Daily user sending limit exceeded.',
    '452 4.5.3 Your message has too many recipients.',
    '421 Too many connections, slow down. OFR004_104',
    '450 4.7.1 Error: too much mail from 192.0.2.1',
    '421 too many messages in this session',
    '452 Too many recipients',
    '550 Connection frequency limited',
    '450 4.7.0 Rate limit exceeded',
    // The server
    '452 4.3.1 Insufficient system storage',
    '452 Insufficient system resources',
    '451 4.3.0 <a@b.example>: Temporary lookup failure',
    '421 4.3.2 Service not available, closing transmission channel',
    '421 Service not available',
    // The message, in whatever words
    '550 Administrative prohibition',
    '554 Email rejected due to security policies',
    '550 High probability of spam',
    '550 5.7.1 This message violates our policy',
    '503 Valid MAIL command must precede RCPT',
    '530 5.7.1 Authentication required',
    '503 This mail server requires authentication when attempting to send to a non-local e-mail address.',
    '554 Transaction failed',
    '550 Message rejected',
    '554 Message rejected: Email address is not verified. The following identities failed the check',
    '454 Throttling failure: Daily message quota exceeded.',
    '454 Throttling failure: Maximum sending rate exceeded.',
    '421 Domain example.org is not allowed to send: The domain is unverified',
    '550 Unauthenticated senders not allowed',
    '550 The from address does not match a verified Sender Identity',
    '554 5.2.252 SendAsDenied; codes@example.org not allowed to send as other@example.org',
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    '550 5.4.6 Unusual sending activity detected. Please try after sometime',
    '451 Sender domain must resolve',
    '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
    '554 5.7.9 Message not accepted for policy reasons',
    '553 5.3.0 flph829 DNSBL:ATTRBL 521< 192.0.2.1 >_is_blocked',
    '550 5.1.0 192.0.2.1 mx rejected : AUP#1260',
    '550 5.2.0 Mail rejected. ofr_506',
    '550 5.7.1 Message rejected as spam by Content Filtering',
    '550 Reverse DNS lookup failed',
    '553 Relaying disallowed as codes@example.org',
    // Limits of the account or the address
    '550-Domain example.org has exceeded the max emails per hour (100/100 (100%)) allowed. Message discarded.',
    '550 Domain example.org has exceeded the max defers and failures per hour (5/5 (45%)) allowed. Message discarded.',
    '550 192.0.2.22 has sent to too many recipients this hour. IB607',
    '451 Ratelimit exceeded for mailbox codes@example.org. Try again later.',
    '451 4.7.1 Received too many messages from a new or untrusted IP (G28)',
    '421 4.7.1 Messages to a@icloud.com deferred due to excessive volume. Try again later',
    '552 5.2.0 Account has been temporarily suspended for sending',
    '451 Account outbounds disabled',
    // The sender, the message and the way it came
    '451 Message temporarily deferred due to unresolvable RFC.5321 from domain.',
    '550 example.org From: Domain is invalid. Provide a valid From: IB506',
    '554 Sending address not accepted due to spam filter',
    '550 suspected bounce attacks',
    '450 4.1.7 <codes@example.org>: Sender address rejected: unverified address: connect to mx.example.org: Connection timed out',
    '550 5.1.7 <codes@example.org>: Sender address rejected: undeliverable address: host mx.example.org said: 550 5.1.1 User unknown',
    '554 IP 192.0.2.1 found in black list',
    '553 This route requires encryption (TLS)',
    '550 Message too large',
    '552 Message size exceeds fixed maximum message size',
    '550 Non RFC compliant message',
    '550 Rejected by content filter',
  ],
} as const;

for (const fault of ['recipient', 'account'] as const) {
  test(`${replies[fault].length} replies of real servers to RCPT TO are the fault of the ${fault}`, () => {
    for (const response of replies[fault]) {
      const receipt = refuse(response);
      assert.equal(receipt.fault, fault, response);
      const isTemporary = response.startsWith('4');
      const isLogin = /^53[05]/.test(response);
      const final = isLogin ? 'unauthorized' : fault === 'recipient' ? 'invalid_recipient' : 'rejected';
      assert.equal(receipt.category, isTemporary ? 'unavailable' : final, response);
      assert.equal(receipt.retryable, isTemporary, response);
    }
  });

  test(`answers to the content blame the ${fault} by the same words, and none is an unknown mailbox`, () => {
    for (const response of replies[fault].filter((one) => !/^53/.test(one))) {
      const receipt = refuse(response, 'DATA');
      assert.equal(receipt.fault, fault, response);
      assert.equal(receipt.category, response.startsWith('4') ? 'unavailable' : 'rejected', response);
    }
  });
}

test('what another server said of an address is not what this one says of us', () => {
  for (const said of [...replies.recipient, ...replies.account]) {
    for (const [role, fault] of [
      ['Recipient', 'recipient'],
      ['Sender', 'account'],
    ] as const) {
      const verdict = `${role} address rejected: unverified address: host mx.b.example[192.0.2.1] said: ${said}`;
      for (const code of ['450 4.1.1', '550 5.1.1', '450']) {
        assert.equal(refuse(`${code} <a@b.example>: ${verdict}`).fault, fault, verdict);
      }
    }
  }
});

test('before a recipient is named, a refusal for now is an outage unless it speaks of us', () => {
  for (const command of ['CONN', 'MAIL FROM'] as const) {
    for (const response of [
      '421 Service not available',
      '451 4.3.0 Internal error',
      '452 4.3.1 out of memory',
    ]) {
      assert.equal(refuse(response, command).fault, 'connection', `${command} ${response}`);
    }
    for (const response of [
      '421 Too many concurrent SMTP connections from this IP address; please try again later',
      '450 4.1.8 <codes@example.org>: Sender address rejected: Domain not found',
      '421 4.7.0 Try again later, closing connection. (EHLO)',
    ]) {
      assert.equal(refuse(response, command).fault, 'account', `${command} ${response}`);
    }
  }
  assert.equal(refuse('550 5.1.1 <codes@example.org> unknown user', 'MAIL FROM').fault, 'account');
  assert.equal(refuse('554 no SMTP service here', 'CONN').fault, 'connection');
});

test('a login refused for now is an outage, unless it speaks of the account', () => {
  const expected = {
    connection: [
      '454 4.7.0 Temporary authentication failure',
      '451 4.7.0 Temporary server error. Please try again later. PRX2',
      '421 4.3.2 Service not available',
    ],
    account: [
      '454 4.7.0 Too many login attempts, please try again later.',
      '421 4.7.0 Too many failed login attempts, closing channel',
      '450 4.7.1 Account temporarily locked',
      '432 4.7.12 A password transition is needed',
    ],
  };
  for (const [fault, responses] of Object.entries(expected)) {
    for (const response of responses) {
      const responseCode = Number(response.slice(0, 3));
      const error = { code: 'EAUTH', command: 'AUTH LOGIN', responseCode, response, message: '' };
      const receipt = toRefusal(error, false);
      assert.ok(!receipt.ok && receipt.category === 'unavailable' && receipt.retryable, response);
      assert.equal(faultOf(receipt), fault, response);
    }
  }
});

test('the greeting blames the name in it when it is refused for good, and TLS the server', () => {
  for (const [command, code, response, fault] of [
    ['HELO', 'EPROTOCOL', '501 5.5.4 Invalid domain name', 'account'],
    ['HELO', 'EPROTOCOL', '550 rejected', 'account'],
    ['EHLO', 'ECONNECTION', '421 4.3.2 closing', 'connection'],
    ['STARTTLS', 'ETLS', '454 4.7.0 TLS not available due to local problem', 'connection'],
  ] as const) {
    const responseCode = Number(response.slice(0, 3));
    const receipt = toRefusal({ code, command, responseCode, response, message: '' }, false);
    assert.ok(!receipt.ok && isDefinite(receipt.category), response);
    assert.equal(faultOf(receipt), fault, response);
  }
});

// Attack: own the recipient's domain, and with it what a relay answers, until the breaker opens for everyone.
test('no answer to RCPT TO or to the content is the fault of the connection', () => {
  const digits = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(
      fc.integer({ min: 400, max: 599 }),
      fc.option(fc.tuple(digits(9), digits(800))),
      fc.oneof(fc.string(), fc.constantFrom(...replies.account, ...replies.recipient, 'connection lost')),
      fc.constantFrom('RCPT TO', 'DATA'),
      (code, enhanced, words, command) => {
        const status = enhanced ? `${String(code)[0]}.${enhanced.join('.')} ` : '';
        const receipt = refuse(`${code} ${status}${words}`, command);
        assert.notEqual(receipt.fault, 'connection');
        assert.ok(isDefinite(receipt.category) && refusalCategories.includes(receipt.category));
        // Codes only, whatever the server says.
        assert.match(receipt.detail, /^SMTP [A-Z]+ \d{3}( [245]\.\d{1,3}\.\d{1,3})? (RCPT TO|DATA)$/);
      },
    ),
    { seed: 29, numRuns: 2000 },
  );
});

test('an address in a reply is not read as words', () => {
  for (const address of ['relay.denied@b.example', 'spamhaus@b.example', '"your ip"@b.example']) {
    assert.equal(refuse(`450 <${address}>: try later`).fault, 'recipient', address);
  }
});

// Attack: a reply that keeps the expressions busy.
test('the longest reply is judged at once', () => {
  for (const part of [
    'sender ',
    'user ',
    'too many ',
    'sending x ',
    'mail ',
    'a',
    '<',
    '@',
    ' ',
    'exceed ',
  ]) {
    const startedAt = performance.now();
    assert.ok(faults.includes(refuse(`450 ${part.repeat(100_000)}`).fault));
    assert.ok(performance.now() - startedAt < 5000, part);
  }
});
