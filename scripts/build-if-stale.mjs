// Builds when dist/ is missing or was made from other sources; otherwise does nothing.
import { existsSync, readFileSync } from 'node:fs';
import { readSourceStamp, stampFile } from './build-stamp.mjs';

const stamp = readSourceStamp();
const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null;
if (stamp !== null && stamp !== built) {
  process.stderr.write('stateless-otp: building dist/\n');
  await import('./build.mjs');
}
