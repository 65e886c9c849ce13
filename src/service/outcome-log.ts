import type { Logger } from '../ports.js';
import type { RequestResult, VerifyResult } from '../results.js';
import type { RecordKey } from '../store-verbs.js';

export type LogOutcome = (
  event: 'request' | 'verify',
  recordKey: RecordKey,
  result: RequestResult | VerifyResult,
  /** Not revealed to the caller. */
  more?: { usedSecondsAgo?: number | undefined },
) => void;

export function createOutcomeLog(logger: Logger): LogOutcome {
  return (event, recordKey, result, more) => {
    if (logger.isLevelEnabled?.('info') === false) return;
    const limit = result.status === 'rate_limited' ? { limit: result.limit } : {};
    logger.info({ ...identify(recordKey), status: result.status, ...limit, ...more }, event);
  };
}

/** A prefix of the keyed tag: enough to follow one identity through a log, without revealing it. */
export function identify({ identityTag }: RecordKey): { identity: string } {
  return { identity: identityTag.slice(0, 10) };
}
