/**
 * Works on items in the order in which they are added, at most `most` at a time.
 *
 * @param work must not reject
 */
export function createLanes<Item>(most: number, work: (item: Item) => Promise<void>) {
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
    add(item: Item): void {
      waiting.push(item);
      pump();
    },
    /** How many are worked on now. */
    get busy(): number {
      return busy;
    },
  };
}
