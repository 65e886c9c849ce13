/** Work that continues after its request was answered. */
export interface UnderWay {
  add(work: Promise<unknown>): void;
  /** Resolves when what is under way now has ended, well or not. */
  whenEnded(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const works = new Set<Promise<unknown>>();
  return {
    add(work) {
      works.add(work);
      const drop = () => void works.delete(work);
      work.then(drop, drop);
    },
    async whenEnded() {
      await Promise.allSettled(works);
    },
  };
}
