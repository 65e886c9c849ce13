import type { ExpiredCause } from '../core/expired-cause.js';
import type { Channel } from '../core/policy.js';
import type { Call, Failure, Subject } from '../outcomes/call.js';
import type { Outcome } from '../outcomes/outcome.js';
import type { InvalidIdentity, Valid, Verified, VerifyResult } from '../results.js';

/** What is known of a verify by the time it is answered. */
export interface VerifyFacts {
  /** Which call it is, and whom it is about. */
  call: Call & Subject;
  /** Of the code that was compared. */
  channel?: Channel | undefined;
  /** What the store has kept of its last send. */
  sendNote?: string | null | undefined;
  /** The transport that delivered the code, if it was right. */
  transport?: string | undefined;
  expiredCause?: ExpiredCause | undefined;
  usedSecondsAgo?: number | undefined;
}

export type VerifyAnswer = Exclude<VerifyResult<Verified | Valid>, InvalidIdentity>;

/** How a verify ended. */
export function toVerifyOutcome(
  facts: VerifyFacts,
  answer: VerifyAnswer,
  isSession: boolean,
  durationMs: number,
): Outcome {
  const { channel, transport, usedSecondsAgo, expiredCause } = facts;
  const ended = { action: 'verify', durationMs, ...facts.call } as const;
  // A spread comes last: members after one cost Node 20 a microsecond each.
  switch (answer.status) {
    case 'valid': {
      const issued = findIssuedKind(answer, isSession);
      return {
        event: 'code.verified',
        status: 'valid',
        channel: channel as Channel,
        transport,
        issued,
        ...ended,
      };
    }
    case 'blocked':
      return { event: 'code.blocked', status: 'blocked', ...ended };
    case 'rate_limited':
      return { event: 'budget.reached', status: 'rate_limited', limit: answer.limit, ...ended };
    case 'invalid': {
      const { attemptsLeft } = answer;
      return attemptsLeft === null
        ? { event: 'code.refused', status: 'invalid', cause: 'malformed', ...ended }
        : { event: 'code.refused', status: 'invalid', cause: 'wrong', channel, attemptsLeft, ...ended };
    }
    case 'expired': {
      const cause = usedSecondsAgo === undefined ? expiredCause : 'used';
      return { event: 'code.refused', status: 'expired', cause, usedSecondsAgo, ...ended };
    }
  }
}

/** A verify that ended in an error of this service. */
export function toFailedVerify(facts: VerifyFacts, status: Failure, durationMs: number): Outcome {
  return { event: 'code.refused', action: 'verify', status, durationMs, ...facts.call };
}

function findIssuedKind(answer: Verified | Valid, isSession: boolean) {
  if (!('accessToken' in answer)) return undefined;
  if (isSession) return 'session';
  return answer.refreshToken === undefined ? 'access' : 'refresh';
}
