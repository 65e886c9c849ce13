import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { stopAtEnd } from './leftovers.js';

export interface ReceivedMail {
  envelope: { from: string; to: string[] };
  mail: Email;
  raw: string;
  secure: boolean;
  /** Who logged in. */
  user: string | undefined;
}

/** Every header of a mail of ours, sorted. */
export const mailHeaders = [
  ...['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'],
  'x-entity-ref-id',
];

/** A real SMTP server on a free port that keeps what it receives. */
export async function startSmtpServer(options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = [];
  const recipients: string[] = [];
  const waiting: { to: string | undefined; resolve(mail: ReceivedMail): void }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) },
          mail: await PostalMime.parse(raw),
          raw: raw.toString('latin1'),
          secure: session.secure,
          user: session.user,
        };
        received.push(mail);
        const first = waiting.findIndex(({ to }) => to === undefined || mail.envelope.to.includes(to));
        if (first !== -1) waiting.splice(first, 1)[0]?.resolve(mail);
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  // Taken from the wire: the server shows domains in Unicode.
  server.server.on('connection', (socket) => {
    socket.on('data', (chunk: Buffer) => {
      for (const [, address] of chunk.toString('latin1').matchAll(/^RCPT TO:<(.*)>/gm))
        recipients.push(address ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  stopAtEnd(close);
  return {
    server,
    port: (server.server.address() as AddressInfo).port,
    received,
    /** The bytes of every RCPT TO that came in the clear. */
    recipients,
    /** The next message that arrives from now on, or the next to one recipient. */
    next: (to?: string) => new Promise<ReceivedMail>((resolve) => waiting.push({ to, resolve })),
    close,
  };
}
