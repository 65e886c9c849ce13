import type { Progress } from './checks.js';

interface Output {
  write(text: string): void;
}

const labels = { ok: 'ok', warning: 'warning', failed: 'FAILED' };
const clearLine = '\r\x1b[K';

/**
 * One line for each finding, as it comes.
 *
 * @param terminal where the names of what is under way are shown, and removed again; undefined: nowhere
 */
export function createProgress(
  out: Output,
  names: readonly string[],
  terminal: Output | undefined,
): Progress {
  const width = Math.max(...names.map((name) => name.length));
  return {
    wait(names) {
      terminal?.write(names.length === 0 ? clearLine : `${clearLine}waiting for ${names.join(', ')} …`);
    },
    found(name, { status, text }) {
      terminal?.write(clearLine);
      out.write(`${labels[status].padEnd(7)}  ${name.padEnd(width)}  ${text}\n`);
    },
  };
}
