import { createHash, hash, type KeyObject } from 'node:crypto';

/** The MAC of a message that is given as a string of bytes, one character each. */
export type Mac = (message: string, encoding: 'binary' | 'base64url') => string;

const blockBytes = 64;
const digestBytes = 32;
/** Longer messages are rare, and get a buffer of their own. */
const usualMessageBytes = 1024;

/**
 * HMAC-SHA-256 under one key (RFC 2104, FIPS 198-1): H(key ⊕ opad, H(key ⊕ ipad, message)).
 *
 * Node's own Hmac makes an object outside of the heap for each message, which costs four times as much as the two
 * hashes. Here both blocks of the key are made once, and the hashes are one call each, without an object.
 *
 * @param key a secret key of any length
 */
export function createMac(key: KeyObject): Mac {
  const block = readBlock(key);
  const inner = Buffer.alloc(blockBytes + usualMessageBytes);
  inner.set(block.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(blockBytes + digestBytes);
  outer.set(block.map((byte) => byte ^ 0x5c));
  block.fill(0);
  /** The beginnings of `inner` by the length of the message: making one anew would cost as much as a hash. */
  const beginnings: Buffer[] = [];

  function write(message: string): Buffer {
    const { length } = message;
    if (length > usualMessageBytes) {
      return Buffer.concat([inner.subarray(0, blockBytes), Buffer.from(message, 'latin1')]);
    }
    inner.write(message, blockBytes, 'latin1');
    let beginning = beginnings[length];
    if (!beginning) {
      beginning = inner.subarray(0, blockBytes + length);
      beginnings[length] = beginning;
    }
    return beginning;
  }

  return (message, encoding) => {
    outer.write(hash('sha256', write(message), 'binary'), blockBytes, 'latin1');
    return hash('sha256', outer, encoding);
  };
}

/** RFC 2104 §2: a key longer than a block is hashed first, a shorter one is filled up with zeros. */
function readBlock(key: KeyObject): Buffer {
  const bytes = key.export();
  const block = Buffer.alloc(blockBytes);
  block.set(bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes);
  return block;
}
