import { readFileSync, realpathSync, statSync } from 'node:fs';
import type { GivenText } from './given-text.js';
import { decodeText } from './text-file.js';

/** Reads a secret from a file. Messages do not quote the path: people often give the secret itself by mistake. */
export function readSecretFile(path: string): Partial<GivenText> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return { problem: 'names a file that cannot be read' };
  }
  const text = decodeText(bytes);
  if (text === null) return { problem: 'names a file that is not text in UTF-8' };
  if (text.trim() === '') return { problem: 'names an empty file' };
  return isOpenToAll(path)
    ? { text, warning: 'names a file that everyone on this machine can read; `chmod o-rwx` it' }
    : { text };
}

/**
 * Whether other users can read a file. Kubernetes and Docker mount secrets with mode 0444 or 0644, read-only, and no other
 * users are in the container.
 */
export function isOpenToAll(path: string): boolean {
  if (process.platform === 'win32') return false;
  return (statSync(path).mode & 0o004) !== 0 && !isMountedReadOnly(realpathSync(path));
}

function isMountedReadOnly(path: string): boolean {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return false;
  }
  return findMountOptions(table, path).includes('ro');
}

/** The options of the mount that a path is on, by proc_pid_mountinfo(5). Of mounts over each other, the last holds. */
export function findMountOptions(table: string, path: string): string[] {
  let found = { point: '', options: '' };
  for (const line of table.split('\n')) {
    const [, , , , written = '', options = ''] = line.split(' ');
    // Spaces and the like are written in octal.
    const point = written.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isAbove = point !== '' && (path === point || path.startsWith(point.replace(/\/?$/, '/')));
    if (isAbove && point.length >= found.point.length) found = { point, options };
  }
  return found.options.split(',');
}
