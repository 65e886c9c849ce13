import { OtpError } from './errors.js';

/** Whether the close of an installation has begun. */
export interface Closing {
  hasBegun: boolean;
}

/** What every call is told from then on, whatever its store and its transports would still do. */
export function createClosedError(): OtpError {
  return new OtpError('store_unavailable', 'close() was called, so nothing can be asked any more');
}

type Call = (...given: unknown[]) => Promise<unknown>;

/** The same calls, which reject once the close has begun. */
export function refuseOnceClosing<Calls extends object>(closing: Closing, calls: Calls): Calls {
  const refusing = Object.entries<Call>(calls as Record<string, Call>).map(([name, call]) => [
    name,
    (...given: unknown[]) => (closing.hasBegun ? Promise.reject(createClosedError()) : call(...given)),
  ]);
  return Object.fromEntries(refusing);
}
