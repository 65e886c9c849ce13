import { hash } from 'node:crypto';

/** 16 bytes that stand for a name, as four words. */
export type Key = Uint32Array;

export const wordsPerKey = 4;

const tagLength = 22;
const lettersInFours = 20;

const sixBits = new Int8Array(128).fill(-1);
for (const [index, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  sixBits[letter.charCodeAt(0)] = index;
}

export interface KeyReader {
  /**
   * The key of a name, good until the next call. A tag is its own 16 bytes; any other name, such as that of a bound
   * challenge, gets the first 16 of its SHA-256. Keys are as good as random, since tags are keyed hashes.
   */
  read(name: string): Key;
  /** The 16 bytes of a tag, good until the next call; null for what is no tag. */
  readTag(text: string): Key | null;
  /** The tag of 16 bytes. */
  write(key: Key): string;
}

/** Reads and writes in one place: making an array for each key would cost more than finding it. */
export function createKeyReader(): KeyReader {
  const bytes = Buffer.alloc(16);
  const key: Key = new Uint32Array(bytes.buffer, bytes.byteOffset, wordsPerKey);

  /** False for what is not base64url of 16 bytes (RFC 4648 §5), in the one way to write them. */
  function decodeTag(name: string): boolean {
    if (name.length !== tagLength) return false;
    let bits = 0;
    for (let i = 0, byte = 0; i < lettersInFours; i += 4) {
      const four = (readBits(name, i) << 12) | readBits(name, i + 2);
      bytes[byte++] = four >> 16;
      bytes[byte++] = four >> 8;
      bytes[byte++] = four;
      bits |= four;
    }
    const last = readBits(name, lettersInFours);
    bytes[15] = last >> 4;
    // Negative when any letter was none. The four bits left over are zero: another spelling is another name.
    return (bits | last) >= 0 && (last & 0b1111) === 0;
  }

  return {
    read(name) {
      if (!decodeTag(name)) {
        const digest = hash('sha256', name, 'binary');
        for (let i = 0; i < bytes.length; i++) bytes[i] = digest.charCodeAt(i);
      }
      return key;
    },
    readTag: (text) => (decodeTag(text) ? key : null),
    write(words) {
      key.set(words);
      return bytes.toString('base64url');
    },
  };
}

/** The twelve bits of two letters; negative when one is none. */
function readBits(name: string, at: number): number {
  return ((sixBits[name.charCodeAt(at)] ?? -1) << 6) | (sixBits[name.charCodeAt(at + 1)] ?? -1);
}
