// Builds when what is built is missing or was made from other sources; otherwise does nothing.
import { existsSync, readFileSync } from 'node:fs';
import { readSourceStamp, root, stampFile } from './build-stamp.mjs';

const stamp = readSourceStamp();
const isWhole = existsSync(stampFile) && existsSync(new URL('sdk/javascript/dist/', root));
const built = isWhole ? readFileSync(stampFile, 'utf8') : null;
if (stamp !== null && stamp !== built) {
  process.stderr.write('stateless-otp: building dist/\n');
  await import('./build.mjs');
}
