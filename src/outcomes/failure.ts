import { OtpError } from '../errors.js';
import type { Failure } from './call.js';

/** What an error says of this service; its message may quote input. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof OtpError)) return 'internal';
  return error.code === 'store_unavailable' || error.code === 'overloaded' ? error.code : 'internal';
}
