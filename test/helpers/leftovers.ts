import { after } from 'node:test';

const stops = new Set<() => unknown>();

/**
 * Stops this when the tests of the file are over: what a failed test has left running would keep the file from
 * ending. It is called also for what has been stopped already.
 */
export function stopAtEnd(stop: () => unknown): void {
  stops.add(stop);
}

const kills = new Set<() => void>();
// One listener for all of them: Node warns of more than ten.
process.once('exit', () => {
  for (const kill of kills) kill();
});

/** Kills this when the process of the tests ends without waiting for anything. @returns how to say that it has ended */
export function killAtExit(kill: () => void): () => void {
  kills.add(kill);
  return () => kills.delete(kill);
}

after(() => Promise.all([...stops].map((stop) => stop())));
