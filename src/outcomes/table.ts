import type { OutcomeEvent } from './outcome.js';

export type Level = 'info' | 'warn' | 'error';

export interface OutcomeRow {
  level: Level;
  /** For people who read the log; programs read `event`. */
  message: string;
  /** Whether subscribers are told, by the same name. */
  isPublished: boolean;
}

const shown = (level: Level, message: string): OutcomeRow => ({ level, message, isPublished: false });
const published = (level: Level, message: string): OutcomeRow => ({ level, message, isPublished: true });

/** One row for each outcome: the one list that every sink and the documentation read. */
export const outcomeRows: Record<OutcomeEvent, OutcomeRow> = {
  'code.sent': published('info', 'A code was sent or queued'),
  'code.withheld': shown('info', 'Nothing was sent; the caller got the usual answer'),
  'request.refused': shown('info', 'A request for a code was refused'),
  'code.verified': published('info', 'A code was correct, and a token was issued'),
  'code.refused': published('info', 'A code was refused'),
  'code.blocked': published('info', 'No attempts are left for the pending code'),
  'test_identity.used': shown('warn', 'A test identity was used: nothing is sent to it'),
  'codes.lengthened': published('warn', 'New codes are long: of one identity, or of all unknown browsers'),
  'codes.shortened': published('info', 'The codes of unknown browsers are short again'),
  'budget.reached': published('info', 'A limit was reached'),
  'budget.exceeded': shown('warn', 'A limit over a day would have refused this, but RATE_DAY is log'),
  'delivery.delivered': published('info', 'The provider accepted a message'),
  'delivery.failing': shown('warn', 'A message was not accepted and will be retried'),
  'delivery.failed': published('warn', 'A message could not be delivered'),
  'delivery.lost': shown('error', 'Messages were lost at shutdown'),
  'breaker.opened': shown('warn', 'A transport is down: it gets only an occasional probe'),
  'breaker.closed': shown('info', 'A transport is up again'),
  'release.failed': shown('warn', 'A refused send stays counted'),
  'token.refreshed': published('info', 'A sign-in was continued'),
  'token.reused': published(
    'warn',
    'A token was used twice, so there is a copy of it: its sign-in has ended',
  ),
  'token.refused': shown('info', 'A token was refused'),
  'token.revoked': shown('info', 'An access token was revoked'),
  'session.ended': published('info', 'A sign-in has ended'),
  'renewal.failed': shown('warn', 'A session was not renewed'),
  'session.shortened': shown('warn', 'The store cannot keep a sign-in: it ends with its access token'),
  'gate.allowed': shown('info', 'The gate let a request through'),
  'gate.refused': shown('info', 'The gate refused a request'),
  'gate_rules.loaded': published('info', 'Gate rules loaded'),
  'gate_rules.refused': published('warn', 'Gate rules refused: the last valid ones still hold'),
  'operator.acted': published('warn', 'An operator looked at an identity or changed something for it'),
  'caller.refused': shown('warn', 'A calling program did not present a known key'),
  'revocations.unknown': shown('warn', 'The store does not answer which tokens are revoked'),
  'revocations.known': shown('info', 'The store answers again; revocations are known'),
  'events.failing': shown('warn', 'The receiver of events does not accept them: they will be retried'),
  'events.lost': shown('warn', 'Events were lost'),
  'events.stopped': shown('error', 'The receiver wants no more events: none are sent until a restart'),
  'human_check.failing': shown('error', 'Solutions of the human check cannot be verified: nobody passes it'),
  'store.failing': shown('warn', 'Redis cannot answer'),
  'configuration.doubted': shown('warn', 'A setting is probably a mistake'),
  'request.failed': shown('error', 'A request failed'),
};
