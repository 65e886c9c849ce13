import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { NotRunError } from '../../results.js';
import { preparationMs, type Target } from './operation.js';
import { listSupply } from './supply.js';

let lastIdentity = 0;

/** Codes of identities that begin with `v` are handed over. */
export function createIdentity(prefix: 'm' | 'v', pool = Number.POSITIVE_INFINITY): string {
  lastIdentity += 1;
  return `${prefix}${(lastIdentity % pool) + 1_000_000}@example.com`;
}

/** Requests codes, and reads them where the system left them. */
export async function obtainCodes(
  { system, load, codesFile }: Pick<Target, 'system' | 'load' | 'codesFile'>,
  count: number,
): Promise<[string, string][]> {
  const { pool, protocol } = system;
  const size = Math.min(count, pool ?? count);
  const identities = Array.from({ length: size }, () => createIdentity('v', pool));
  const file = openSync(codesFile, 'r');
  try {
    const from = fstatSync(file).size;
    const supply = listSupply(
      identities.map((identity) => protocol.request(identity)),
      200,
    );
    const { errors } = await load.run({ ...supply, durationMs: preparationMs });
    if (Object.keys(errors).length > 0) throw new NotRunError(`requests failed: ${JSON.stringify(errors)}`);
    const bytes = Buffer.alloc(fstatSync(file).size - from);
    readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes.toString().trim().split('\n');
    const codes = new Map(lines.map((line) => line.split(' ') as [string, string]));
    return [...codes];
  } finally {
    closeSync(file);
  }
}
