// A mail server that takes every message and writes to BENCH_RECIPIENTS_FILE for whom it was.
import { openSync, writeSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const file = openSync(process.env['BENCH_RECIPIENTS_FILE'] ?? '', 'a');

new SMTPServer({
  authOptional: true,
  disableReverseLookup: true,
  // What a message costs is measured, not what TLS does.
  hideSTARTTLS: true,
  onData(stream, session, done) {
    stream.resume();
    stream.once('end', () => {
      for (const { address } of session.envelope.rcptTo) writeSync(file, `${address}\n`);
      done();
    });
  },
}).listen(Number(process.env['BENCH_PORT']), '127.0.0.1');
