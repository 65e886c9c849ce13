export interface TimeLimit {
  /** Aborts when the time is over, or when the outer signal does. */
  signal: AbortSignal;
  /** Takes its timer away. */
  end(): void;
}

/**
 * What `AbortSignal.any([outer, AbortSignal.timeout(timeoutMs)])` should be. On Node 20 the garbage collector may take the parts of such
 * a signal before they abort, and a request that nobody answers then waits forever
 * (https://github.com/nodejs/node/issues/57736). Later versions can lose the abort of a source too.
 */
export function limitTime(outer: AbortSignal, timeoutMs: number): TimeLimit {
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
