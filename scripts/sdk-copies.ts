// The files of the service that the JavaScript SDK has too, for browsers. It imports nothing of the service, so it gets copies.
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

const copied = ['src/core/folding.ts', 'src/sign-in/pasted-base32.ts', 'src/sign-in/pasted-code.ts'];

/** Files by name. */
export function formatSdkCopies(): Record<string, string> {
  return Object.fromEntries(
    copied.map((from) => [`sdk/javascript/src/${from.split('/').pop()}`, copy(from)]),
  );
}

function copy(from: string): string {
  const text = readFileSync(new URL(from, root), 'utf8')
    .replace("'../core/folding.js'", "'./folding.js'")
    // As the SDK calls what gives a text or null.
    .replaceAll('parsePasted', 'readPasted');
  return `// Generated from ${from} by scripts/sdk-copies.ts.\n\n${text}`;
}
