/** Stands for a row where there is none. */
export const none = -1;

/**
 * One field of many rows, without an object for each row. It grows a chunk at a time: nothing is ever copied, so no
 * call has to wait for that, and at most one chunk is not in use yet.
 */
export interface Column<Value> {
  /** What was set last; 0 or '' at first. */
  get(row: number): Value;
  set(row: number, value: Value): void;
}

interface Chunk<Value> {
  [index: number]: Value;
}

const chunkBits = 12;
const rowsPerChunk = 2 ** chunkBits;
const withinChunk = rowsPerChunk - 1;

/** Whole numbers up to 2³², in four bytes. */
export const createCounterColumn = () => createColumn(() => new Uint32Array(rowsPerChunk), 0);
/** Any number, in eight bytes; for times. */
export const createNumberColumn = () => createColumn(() => new Float64Array(rowsPerChunk), 0);
/** Whole numbers up to 255. */
export const createByteColumn = () => createColumn(() => new Uint8Array(rowsPerChunk), 0);
export const createTextColumn = () => createColumn(() => new Array<string>(rowsPerChunk).fill(''), '');

function createColumn<Value>(createChunk: () => Chunk<Value>, initial: Value): Column<Value> {
  const chunks: (Chunk<Value> | undefined)[] = [];
  return {
    get: (row) => chunks[row >>> chunkBits]?.[row & withinChunk] ?? initial,
    set(row, value) {
      const at = row >>> chunkBits;
      let chunk = chunks[at];
      if (!chunk) {
        chunk = createChunk();
        chunks[at] = chunk;
      }
      chunk[row & withinChunk] = value;
    },
  };
}
