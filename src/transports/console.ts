import { refuseUnknownOptions } from '../core/known-options.js';
import { channels } from '../core/policy.js';
import type { Transport } from '../ports.js';
import type { Inbox } from './inbox.js';

export interface ConsoleTransportOptions {
  /** Writes one line, given without a line end. Default: to standard output. */
  write?: (line: string) => void;
  /** Also keeps each message here, for the development inbox. */
  inbox?: Inbox | undefined;
}

/** For development: writes each code to standard output, where anyone who reads the log can use it. */
export function createConsoleTransport(options: ConsoleTransportOptions = {}): Transport {
  refuseUnknownOptions(options, ['write', 'inbox']);
  const { write = (line) => process.stdout.write(`${line}\n`) } = options;
  return {
    name: 'console',
    channels,
    async send(message) {
      const { channel, to, code, expiresInSeconds } = message;
      options.inbox?.add(message);
      write(`stateless-otp code ${code} for ${to} (${channel}, expires in ${expiresInSeconds} s)`);
      return { ok: true };
    },
  };
}
