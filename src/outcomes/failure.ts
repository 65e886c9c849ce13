import { OtpError } from '../errors.js';
import type { Failure } from './call.js';

/** The fault that an error stands for, without its message, which may quote input. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof OtpError)) return 'internal';
  return error.code === 'store_unavailable' || error.code === 'overloaded' ? error.code : 'internal';
}
