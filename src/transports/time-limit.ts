/**
 * What `AbortSignal.any([outer, AbortSignal.timeout(timeoutMs)])` should be. On Node 20 the parts of such a signal may be
 * garbage-collected before they abort, and a request that nobody answers then waits forever
 * (https://github.com/nodejs/node/issues/57736). Later versions can lose the abort of a source too. `end` stops the timer and
 * the listening.
 */
export function limitTime(outer: AbortSignal, timeoutMs: number): { signal: AbortSignal; end(): void } {
  const aborter = new AbortController();
  const abort = () => aborter.abort();
  const timer = setTimeout(abort, timeoutMs);
  if (outer.aborted) abort();
  else outer.addEventListener('abort', abort);
  return {
    signal: aborter.signal,
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
