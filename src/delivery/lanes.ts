/** Works on what is added, in that order, so many at a time. */
export interface Lanes<Item> {
  add(item: Item): void;
  /** How many are worked on now. */
  readonly busy: number;
}

/** @param work must not reject */
export function createLanes<Item>(most: number, work: (item: Item) => Promise<void>): Lanes<Item> {
  const waiting: Item[] = [];
  let busy = 0;

  function pump(): void {
    while (busy < most && waiting.length > 0) {
      busy += 1;
      void work(waiting.shift() as Item).finally(() => {
        busy -= 1;
        pump();
      });
    }
  }

  return {
    add(item) {
      waiting.push(item);
      pump();
    },
    get busy() {
      return busy;
    },
  };
}
