import { after } from 'node:test';

const stops = new Set<() => unknown>();

/**
 * Stops this when the tests of the file are over: what a failed test has left running would keep the file from
 * ending. It is called also for what has been stopped already.
 */
export function stopAtEnd(stop: () => unknown): void {
  stops.add(stop);
}

after(() => Promise.all([...stops].map((stop) => stop())));
