import { type Launched, launch } from '../../launch.js';

/** Starts a mail server that takes everything, and writes to a file for whom. */
export function startMailServer(recipientsFile: string, core: string | null): Promise<Launched> {
  return launch({
    command: process.execPath,
    args: ['servers/mail.mjs'],
    env: { BENCH_RECIPIENTS_FILE: recipientsFile },
    core,
  });
}
