// Delivery to nowhere. Only the codes that the load generator needs for a later verify are handed to it.
import { openSync, writeSync } from 'node:fs';

/** Identities whose codes are wanted begin so. */
const wantedPrefix = 'v';

/** @returns {(identity: string, code: string) => void} */
export function createCodeSink() {
  const file = openSync(process.env['BENCH_CODES_FILE'] ?? '', 'a');
  return (identity, code) => {
    if (identity.startsWith(wantedPrefix)) writeSync(file, `${identity} ${code}\n`);
  };
}
