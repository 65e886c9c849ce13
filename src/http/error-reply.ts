import { OtpError } from '../errors.js';
import type { Logger } from '../ports.js';
import { replyProblem } from './problems.js';
import type { HttpReply } from './reply.js';

const retrySoonSeconds = 1;

/** The problem that tells of what a route has thrown. */
export function replyError(error: unknown, logger: Logger): HttpReply {
  if (error instanceof OtpError && error.code !== 'internal') {
    const isOurs = error.code === 'store_unavailable' || error.code === 'overloaded';
    if (isOurs) logger.error({ error: error.code, reason: error.message }, 'request failed');
    return replyProblem(error.code, error.message, isOurs ? { retry_after_seconds: retrySoonSeconds } : {});
  }
  logger.error(describeFault(error), 'request failed');
  return replyProblem('internal', 'The error has been logged');
}

/** The stack without the message, which may quote input. */
function describeFault(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').map((line) => line.trim());
  return { error: error.name, at: frames.filter((line) => line.startsWith('at ')).slice(0, 8) };
}
