import type { Clock } from '../ports.js';

/** Time after a refused connection until one more is tried. */
const regainMs = 30_000;

/** A semaphore that adapts to the number of connections that the server accepts. */
export function createLine(maxConnections: number, clock: Clock) {
  const waiting: ((isTurn: boolean) => void)[] = [];
  let active = 0;
  let limit = maxConnections;
  let shrunkAt = 0;

  function admit(): void {
    const regained = Math.max(0, Math.floor((clock() - shrunkAt) / regainMs));
    while (waiting.length > 0 && active < Math.min(maxConnections, limit + regained)) {
      active += 1;
      waiting.shift()?.(true);
    }
  }

  return {
    /** Resolves with true when it is this message's turn, with false when `signal` aborts or `waitMs` pass first. */
    enter: (signal: AbortSignal, waitMs?: number, isFirst = false) =>
      new Promise<boolean>((resolve) => {
        const settle = (isTurn: boolean) => {
          signal.removeEventListener('abort', giveUp);
          clearTimeout(timer);
          resolve(isTurn);
        };
        const giveUp = () => {
          const place = waiting.indexOf(settle);
          if (place !== -1) waiting.splice(place, 1);
          settle(false);
        };
        const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs);
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        if (isFirst) waiting.unshift(settle);
        else waiting.push(settle);
        admit();
      }),
    leave(): void {
      active -= 1;
      admit();
    },
    /**
     * After the server refused a connection: limits the turns to the other messages under way.
     *
     * @returns whether there are others to wait for
     */
    shrink(): boolean {
      const others = active - 1;
      limit = Math.max(1, others);
      shrunkAt = clock();
      return others > 0;
    },
  };
}
