import { setImmediate } from 'node:timers/promises';

let batch: Promise<void> | undefined;

/**
 * Resolves for all requests of one turn of the event loop together, in order, once every socket has been read.
 *
 * Syscalls between requests evict our code from the CPU caches; running a turn's requests back to back keeps it warm. A request
 * costs 15 % less at 64 connections (docs/decisions/0020).
 */
export function joinBatch(): Promise<void> {
  batch ??= setImmediate().then(() => {
    batch = undefined;
  });
  return batch;
}
