/** Stands for a row where there is none. */
export const none = -1;

const chunkBits = 12;
const rowsPerChunk = 2 ** chunkBits;
const withinChunk = rowsPerChunk - 1;

/**
 * Rows of whole numbers below 2³², the words, without an object for each. What belongs together stands side by side: a
 * row is fetched from memory once, not once for each of its fields. They grow a chunk at a time: nothing is ever
 * copied, so no call has to wait for that, and at most one chunk is not in use yet.
 *
 * A class, as are all who work on rows for every call: their methods are the same for all tables, so V8 builds them in
 * where they are called.
 */
export class Rows {
  /** An even number of words, so that numbers of two words are never cut. */
  readonly #width: number;
  readonly #words: Uint32Array[] = [];
  /** The same memory. */
  readonly #numbers: Float64Array[] = [];
  #count = 0;

  /** @param words how many words a row has */
  constructor(words: number) {
    this.#width = words + (words % 2);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds a row of zeros and returns its number: one more than the last. */
  add(): number {
    if (this.#count === this.#words.length * rowsPerChunk) {
      const chunk = new ArrayBuffer(rowsPerChunk * this.#width * Uint32Array.BYTES_PER_ELEMENT);
      this.#words.push(new Uint32Array(chunk));
      this.#numbers.push(new Float64Array(chunk));
    }
    return this.#count++;
  }

  word(row: number, field: number): number {
    const chunk = this.#words[row >>> chunkBits] as Uint32Array;
    return chunk[(row & withinChunk) * this.#width + field] as number;
  }

  setWord(row: number, field: number, value: number): void {
    const chunk = this.#words[row >>> chunkBits] as Uint32Array;
    chunk[(row & withinChunk) * this.#width + field] = value;
  }

  /** Any number, such as a time, in two words of which the first has an even place. */
  number(row: number, field: number): number {
    const chunk = this.#numbers[row >>> chunkBits] as Float64Array;
    return chunk[((row & withinChunk) * this.#width + field) >>> 1] as number;
  }

  setNumber(row: number, field: number, value: number): void {
    const chunk = this.#numbers[row >>> chunkBits] as Float64Array;
    chunk[((row & withinChunk) * this.#width + field) >>> 1] = value;
  }
}
