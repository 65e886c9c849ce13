import { OTPError } from './errors.js';

const longestTimerMs = 2 ** 31 - 1;

/**
 * Runs a call that ends at the latest after `timeoutMs` or when the caller's signal says so, whether or not what it
 * waits for heeds signals.
 *
 * @throws OTPError and nothing else
 */
export async function runWithDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    const end = (error: OTPError) => {
      reject(error);
      controller.abort();
    };
    onAbort = () => end(createAborted());
    timer = setTimeout(
      () => end(new OTPError('timeout', `No answer within ${timeoutMs} ms`)),
      Math.min(timeoutMs, longestTimerMs),
    );
  });
  try {
    if (signal?.aborted) throw createAborted();
    if (onAbort) signal?.addEventListener('abort', onAbort);
    return await Promise.race([ended, run(controller.signal)]);
  } catch (error) {
    if (error instanceof OTPError) throw error;
    throw new OTPError('network_error', 'The service could not be reached', { cause: error });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

function createAborted(): OTPError {
  return new OTPError('aborted', 'The caller ended the call');
}
