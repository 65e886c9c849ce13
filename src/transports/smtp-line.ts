import type { Clock } from '../ports.js';

/** Time after a refused connection until one more is tried. */
const regainMs = 30_000;

interface Waiting {
  resolve(isTurn: boolean): void;
}

/** A semaphore that adapts to the number of connections that the server accepts. */
export interface Line {
  /** Resolves with true when it is this message's turn, with false when `signal` aborts or `waitMs` pass first. */
  enter(signal: AbortSignal, waitMs?: number, isFirst?: boolean): Promise<boolean>;
  leave(): void;
  /**
   * After the server refused a connection: limits the turns to the other messages under way.
   *
   * @returns whether there are others to wait for
   */
  shrink(): boolean;
}

export function createLine(maxConnections: number, clock: Clock): Line {
  const waiting: Waiting[] = [];
  let active = 0;
  let limit = maxConnections;
  let shrunkAt = 0;

  function admit(): void {
    const regained = Math.max(0, Math.floor((clock() - shrunkAt) / regainMs));
    while (waiting.length > 0 && active < Math.min(maxConnections, limit + regained)) {
      active += 1;
      waiting.shift()?.resolve(true);
    }
  }

  return {
    enter: (signal, waitMs, isFirst = false) =>
      new Promise((resolve) => {
        const settle = (isTurn: boolean) => {
          signal.removeEventListener('abort', giveUp);
          clearTimeout(timer);
          resolve(isTurn);
        };
        const one: Waiting = { resolve: settle };
        const giveUp = () => {
          const place = waiting.indexOf(one);
          if (place !== -1) waiting.splice(place, 1);
          settle(false);
        };
        const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs);
        if (signal.aborted) return giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        if (isFirst) waiting.unshift(one);
        else waiting.push(one);
        admit();
      }),
    leave() {
      active -= 1;
      admit();
    },
    shrink() {
      const others = active - 1;
      limit = Math.max(1, others);
      shrunkAt = clock();
      return others > 0;
    },
  };
}
