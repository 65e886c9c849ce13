import { OtpError } from '../errors.js';
import type { Call } from '../outcomes/call.js';
import { toFailure } from '../outcomes/failure.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import { replyCompressedBody, replyProblem } from './problems.js';
import type { HttpReply } from './reply.js';
import { CompressedBodyError } from './request.js';

/** What a caller is told to wait when the store did not answer, or too many messages wait. */
export const retrySoonSeconds = 1;

export function replyError(error: unknown, outcomes: Outcomes, call: Call): HttpReply {
  if (error instanceof CompressedBodyError) return replyCompressedBody(error.message);
  if (error instanceof OtpError && error.code !== 'internal') {
    const { code, message } = error;
    const status = toFailure(error);
    if (status === 'internal') return replyProblem(code, message);
    outcomes.report({ event: 'request.failed', ...call, status, cause: message });
    return replyProblem(code, message, { retry_after_seconds: retrySoonSeconds });
  }
  outcomes.report({ event: 'request.failed', ...call, status: 'internal', ...describeFault(error) });
  return replyProblem('internal', 'The error has been logged');
}

/** The stack without the message, which may quote input. */
function describeFault(error: unknown): { cause: string; at: string[] } {
  if (!(error instanceof Error)) return { cause: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').map((line) => line.trim());
  return { cause: error.name, at: frames.filter((line) => line.startsWith('at ')).slice(0, 8) };
}
