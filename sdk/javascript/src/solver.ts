import { derivePlainly } from './derive-plainly.js';
import type { Puzzle } from './errors.js';

const toBytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Tries one counter after the other until the derived key has the prefix, and encodes the solution as the service accepts it.
 * The browser's own PBKDF2 does not block the page; without it, as on plain http, this pauses now and then.
 */
export async function solvePuzzle(challenge: Puzzle, isStopped = () => false): Promise<string | null> {
  const { nonce, salt, cost, keyPrefix } = challenge.parameters;
  const password = toBytes(`${nonce}00000000`);
  const [view, saltBytes] = [new DataView(password.buffer), toBytes(salt)];
  for (let counter = 0; !isStopped(); counter++) {
    view.setUint32(password.length - 4, counter);
    const derivedKey = toHex(await derive(password, saltBytes, cost));
    if (derivedKey.startsWith(keyPrefix)) {
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
    if (!crypto.subtle && counter % 4 === 3) await new Promise((resolve) => setTimeout(resolve));
  }
  return null;
}

async function derive(password: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, iterations: number) {
  const { subtle } = crypto;
  if (!subtle) return derivePlainly(password, salt, iterations);
  const key = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(
    await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256),
  );
}
