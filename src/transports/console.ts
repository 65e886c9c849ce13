import { refuseUnknownOptions } from '../core/known-options.js';
import { channels } from '../core/policy.js';
import { createRefusal } from '../core/refusal.js';
import type { Transport } from '../ports.js';
import type { Inbox } from './inbox.js';

export interface ConsoleTransportOptions {
  /** Writes one line, given without a line end. Default: to standard output. */
  write?: (line: string) => void;
  /** Also keeps each message here, for the development inbox. */
  inbox?: Inbox | undefined;
}

/** Node buffers what the reader of a pipe does not take, without a bound. */
const maxWaitingBytes = 1024 * 1024;

/** For development: writes each code to standard output, where anyone who reads the log can use it. */
export function createConsoleTransport(options: ConsoleTransportOptions = {}): Transport {
  refuseUnknownOptions(options, ['write', 'inbox']);
  const { write } = options;
  return {
    name: 'console',
    channels,
    async send(message) {
      const { channel, to, code, expiresInSeconds } = message;
      if (!write && process.stdout.writableLength > maxWaitingBytes) {
        return createRefusal('unavailable', 'nobody reads standard output');
      }
      options.inbox?.add(message);
      const line = `stateless-otp code ${code} for ${to} (${channel}, expires in ${expiresInSeconds} s)`;
      if (write) write(line);
      else process.stdout.write(`${line}\n`);
      return { ok: true };
    },
  };
}
