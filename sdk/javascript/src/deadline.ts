import { OTPError } from './errors.js';

const longestTimerMs = 2 ** 31 - 1;

/**
 * Runs a call that ends after `timeoutMs` at the latest or when the caller's signal aborts, even if `run` ignores its signal.
 *
 * @throws only OTPError
 */
export async function runWithDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted) throw createAborted();
  const controller = new AbortController();
  let end: (error: OTPError) => void = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    end = (error) => {
      reject(error);
      controller.abort();
    };
  });
  const onAbort = () => end(createAborted());
  const onTimeout = () => end(new OTPError('timeout', `No answer within ${timeoutMs} ms`));
  const timer = setTimeout(onTimeout, Math.min(timeoutMs, longestTimerMs));
  signal?.addEventListener('abort', onAbort);
  try {
    return await Promise.race([ended, run(controller.signal)]);
  } catch (error) {
    if (error instanceof OTPError) throw error;
    throw new OTPError('network_error', 'The service could not be reached', { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function createAborted(): OTPError {
  return new OTPError('aborted', 'The call was aborted');
}
