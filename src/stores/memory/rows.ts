/** Stands for a row where there is none. */
export const none = -1;

/**
 * Rows of whole numbers below 2³², the words, without an object for each. What belongs together stands side by side: a
 * row is fetched from memory once, not once for each of its fields. They grow a chunk at a time: nothing is ever
 * copied, so no call has to wait for that, and at most one chunk is not in use yet.
 */
export interface Rows {
  /** Adds a row of zeros and returns its number: one more than the last. */
  add(): number;
  /** How many there are. */
  count(): number;
  word(row: number, field: number): number;
  setWord(row: number, field: number, value: number): void;
  /** Any number, such as a time, in two words of which the first has an even place. */
  number(row: number, field: number): number;
  setNumber(row: number, field: number, value: number): void;
}

const chunkBits = 12;
const rowsPerChunk = 2 ** chunkBits;
const withinChunk = rowsPerChunk - 1;

/** @param words how many words a row has */
export function createRows(words: number): Rows {
  // An even number, so that numbers of two words are never cut.
  const width = words + (words % 2);
  const wordChunks: Uint32Array[] = [];
  const numberChunks: Float64Array[] = [];
  let rows = 0;

  const wordsOf = (row: number) => wordChunks[row >>> chunkBits] as Uint32Array;
  const numbersOf = (row: number) => numberChunks[row >>> chunkBits] as Float64Array;
  const findPlace = (row: number, field: number) => (row & withinChunk) * width + field;

  return {
    add() {
      if (rows === wordChunks.length * rowsPerChunk) {
        const chunk = new ArrayBuffer(rowsPerChunk * width * Uint32Array.BYTES_PER_ELEMENT);
        wordChunks.push(new Uint32Array(chunk));
        numberChunks.push(new Float64Array(chunk));
      }
      return rows++;
    },
    count: () => rows,
    word: (row, field) => wordsOf(row)[findPlace(row, field)] as number,
    setWord(row, field, value) {
      wordsOf(row)[findPlace(row, field)] = value;
    },
    number: (row, field) => numbersOf(row)[findPlace(row, field) / 2] as number,
    setNumber(row, field, value) {
      numbersOf(row)[findPlace(row, field) / 2] = value;
    },
  };
}
