import type { constants, Stats } from 'node:fs';
import { loadFileSystem } from '../files.js';

/** As much as a ConfigMap holds. Parsing 58 000 phone numbers in it keeps the event loop busy for 0.6 s. */
export const maxGateFileBytes = 1024 * 1024;

/** Opening a named pipe must not wait for a writer. */
const chooseFlags = ({ O_RDONLY, O_NONBLOCK }: typeof constants) => O_RDONLY | O_NONBLOCK;

/** @throws an error that `explain` says in words */
export function readGateFileSync(path: string): Buffer {
  const { closeSync, constants, fstatSync, openSync, readFileSync } = loadFileSystem();
  const file = openSync(path, chooseFlags(constants));
  try {
    checkKind(fstatSync(file));
    return checkLength(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** As `readGateFileSync`, without blocking: the file may be on a network. */
export async function readGateFile(path: string): Promise<Buffer> {
  const { constants, promises } = loadFileSystem();
  const file = await promises.open(path, chooseFlags(constants));
  try {
    checkKind(await file.stat());
    return checkLength(await file.readFile());
  } finally {
    await file.close();
  }
}

/** @throws RangeError for what is not UTF-8 */
export function decodeGateFile(bytes: Uint8Array): string {
  try {
    // Without the byte-order mark that some editors write.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RangeError('it is not UTF-8');
  }
}

function checkKind(stats: Stats): void {
  if (!stats.isFile()) throw new RangeError(stats.isDirectory() ? 'it is a folder' : 'it is not a file');
  if (stats.size > maxGateFileBytes) throw tooLong();
}

/** Again, since the file may have grown. */
function checkLength(bytes: Buffer): Buffer {
  if (bytes.length > maxGateFileBytes) throw tooLong();
  return bytes;
}

const tooLong = () => new RangeError(`it is longer than ${maxGateFileBytes} bytes`);

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EPERM: 'it may not be read by this user',
  ELOOP: 'its symbolic links lead in a circle',
  ENXIO: 'it is not a file',
};

/** Why a file cannot be read, or what is wrong with what it holds. */
export function explain(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return reasons[code] ?? `it cannot be read (${code})`;
}
