import { hash } from 'node:crypto';

/** 16 bytes that stand for a name. */
export type Key = Uint32Array;

const keyBytes = 16;
const tagLength = 22;

const sixBits = new Int8Array(128).fill(-1);
for (const [index, digit] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  sixBits[digit.charCodeAt(0)] = index;
}

/** One for all, since every call of a store reads keys and keeps none. */
const bytes = new Uint8Array(keyBytes);
const key: Key = new Uint32Array(bytes.buffer);

/**
 * The key of a name, good until the next call. A tag is its own 16 bytes; any other name, such as that of a bound
 * challenge, gets the first 16 of its SHA-256. Keys are as good as random, since tags are keyed hashes.
 */
export function readKey(name: string): Key {
  if (!readTag(name)) {
    const digest = hash('sha256', name, 'hex');
    for (let i = 0; i < key.length; i++) key[i] = Number.parseInt(digest.slice(8 * i, 8 * i + 8), 16);
  }
  return key;
}

/** False for what is not base64url of 16 bytes (RFC 4648 §5), in the one way to write them. */
function readTag(name: string): boolean {
  if (name.length !== tagLength) return false;
  let [held, bits, byte] = [0, 0, 0];
  for (let i = 0; i < tagLength; i++) {
    const six = sixBits[name.charCodeAt(i)] ?? -1;
    if (six < 0) return false;
    held = (held << 6) | six;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[byte++] = held >> bits;
    }
  }
  // The bits that are left over are zero: other spellings of the same bytes are other names.
  return (held & 0b1111) === 0;
}
