/**
 * PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2, RFC 2104, FIPS 180-4) for 32 bytes, where the browser has none: `crypto.subtle` is
 * missing on plain http. A test compares it with Node's.
 */
export function derivePlainly(password: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array {
  const inner = compressBlock(initial, padKey(password, 0x36));
  const outer = compressBlock(initial, padKey(password, 0x5c));
  const block = new Int32Array(16);
  const digest = new Int32Array(16);
  /** HMAC of the message in `block`, of this many bytes and followed by the first bit of its padding. The result replaces it. */
  const mac = (length: number): void => {
    block[15] = (64 + length) * 8;
    compressBlock(inner, block, digest);
    digest[8] = 0x80000000;
    digest[15] = (64 + 32) * 8;
    compressBlock(outer, digest, block);
    block.fill(0, 8);
  };
  // The salt, the number of the output block, and the padding of SHA-256: one block, as the salt is short.
  block.set(toWords(Uint8Array.of(...salt, 0, 0, 0, 1, 0x80)));
  mac(salt.length + 4);
  const derived = block.slice(0, 8);
  for (let i = 1; i < iterations; i++) {
    block[8] = 0x80000000;
    mac(32);
    for (let word = 0; word < 8; word++) derived[word] = (derived[word] as number) ^ (block[word] as number);
  }
  const bytes = new DataView(new ArrayBuffer(32));
  for (const [word, value] of derived.entries()) bytes.setInt32(word * 4, value);
  return new Uint8Array(bytes.buffer);
}

/** Fractions of the square and cube roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime > 0)) primes.push(n);
const fractionOf = (root: number) => ((root % 1) * 2 ** 32) | 0;
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fractionOf(Math.sqrt(prime)));
const constants = Int32Array.from(primes, (prime) => fractionOf(Math.cbrt(prime)));
const schedule = new Int32Array(64);

const rotate = (value: number, bits: number) => (value >>> bits) | (value << (32 - bits));

/**
 * One block of SHA-256, from one state to the next. `schedule` is safe to share: nothing else runs meanwhile. Without
 * destructuring and new arrays, which take several times as long as the arithmetic.
 */
function compressBlock(state: Int32Array, block: Int32Array, next = new Int32Array(16)): Int32Array {
  const [w, s, k] = [schedule, state as unknown as number[], constants as unknown as number[]];
  let a = s[0] as number;
  let b = s[1] as number;
  let c = s[2] as number;
  let d = s[3] as number;
  let e = s[4] as number;
  let f = s[5] as number;
  let g = s[6] as number;
  let h = s[7] as number;
  for (let i = 0; i < 64; i++) {
    if (i < 16) w[i] = block[i] as number;
    else {
      const near = w[i - 2] as number;
      const far = w[i - 15] as number;
      const s0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
      const s1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
      w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
    }
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + ((b & c) ^ (b & d) ^ (c & d))) | 0;
  }
  next[0] = (s[0] as number) + a;
  next[1] = (s[1] as number) + b;
  next[2] = (s[2] as number) + c;
  next[3] = (s[3] as number) + d;
  next[4] = (s[4] as number) + e;
  next[5] = (s[5] as number) + f;
  next[6] = (s[6] as number) + g;
  next[7] = (s[7] as number) + h;
  return next;
}

function toWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(16);
  for (const [i, byte] of bytes.entries())
    words[i >> 2] = (words[i >> 2] as number) | (byte << (24 - 8 * (i & 3)));
  return words;
}

/** A short key, as the inner or outer pad of HMAC. */
function padKey(key: Uint8Array, pad: number): Int32Array {
  return toWords(key).map((word) => word ^ (pad * 0x01010101));
}
