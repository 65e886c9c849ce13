import type { Readable } from 'node:stream';
import type { SendMailOptions } from 'nodemailer';
import type { Options } from 'nodemailer/lib/smtp-pool/index.js';

/** Tells after a failed send whether any of the content had been read, and so may have been sent. */
export interface Progress {
  content?: Readable;
}

export type SmtpMail = SendMailOptions & { progress: Progress; envelope: { from: string; to: string[] } };

/**
 * nodemailer with a pool of connections. Loaded with the first transport: a service that sends no mail by SMTP starts
 * faster without it.
 */
export function createMailer(options: Options) {
  const loading = load(options);
  // Each send reports the failure.
  loading.catch(() => {});
  return {
    sendMail: async (mail: SmtpMail) => (await loading).sendMail(mail),
    verify: async () => (await loading).verify(),
    close: async () => (await loading).close(),
  };
}

async function load(options: Options) {
  const { createTransport } = await import('nodemailer');
  const mailer = createTransport(options);
  mailer.use('stream', (mail, done) => {
    const { progress, envelope } = mail.data as SmtpMail;
    // A new object each time: nodemailer stores the outcome of a connection on it, and would find it on the next.
    mail.message.getEnvelope = () => ({ ...envelope });
    mail.message.processFunc((content) => {
      progress.content = content as Readable;
      return content;
    });
    done();
  });
  return mailer;
}
