import type { OwnerTags } from '../core/derivation.js';
import { parseIdentity } from '../core/identity.js';
import { shortenTag } from '../core/identity-tag.js';
import { identityLadder, unitsPerSend } from '../core/ladder.js';
import { type Channel, type LimitName, limitPeriodSeconds } from '../core/policy.js';
import { unblocks } from '../core/unblocks.js';
import { OtpError } from '../errors.js';
import type { InspectedCounts, InspectedRecord } from '../inspect-verb.js';
import type { Call } from '../outcomes/call.js';
import type { OperatorVerb } from '../outcomes/outcome.js';
import type { InvalidIdentity } from '../results.js';
import type { ClearRequest } from '../store-verbs.js';
import type { Parts } from './parts.js';
import type { LastSend } from './send-notes.js';
import { toInvalidIdentity } from './target.js';
import { toRetrySeconds } from './waits.js';

/** A code that was requested and not used. One that has expired is shown for some minutes, without attempts. */
export interface PendingCode {
  /** Null for a purpose that is no longer configured. */
  purpose: string | null;
  channel: Channel;
  isBound: boolean;
  ageSeconds: number;
  attemptsLeft: number;
  codeLength: number;
  lastSend: LastSend;
}

/** How much of a limit is used. At `max`, the next call is refused, or by `request_day` takes a human check. */
export interface Budget {
  limit: LimitName;
  used: number;
  max: number;
  /** Until less is used; 0 when nothing is. */
  refillsInSeconds: number;
}

/** What one side has used: strangers and unknown browsers, or the known browsers. */
export interface SideStatus {
  budgets: Budget[];
  /** Wrong guesses. At `max` codes become long; 0: never. */
  guesses: { used: number; max: number; resetsInSeconds: number };
}

/** The budgets are those of strangers and unknown browsers. */
export interface IdentityStatus extends SideStatus {
  status: 'found';
  /** As in the log. */
  identityTag: string;
  pending: PendingCode[];
  /** What the known browsers have used, if anything. */
  known?: SideStatus;
  /** Milliseconds since 1970; null if nobody has signed this identity out everywhere. */
  signedOutAt: number | null;
}

export interface OperatorDone {
  status: 'done';
  identityTag: string;
  /** Pending codes that have ended. */
  cancelled: number;
}

/**
 * What operators do for one identity, as people type it. Each call is logged. They reject with the OtpError
 * `store_unavailable`, or `not_found` when a custom store cannot do it.
 */
export interface Operator {
  /** Shows what is pending and what is used up. */
  status(identity: unknown, call?: Call): Promise<IdentityStatus | InvalidIdentity>;
  /** Ends the pending codes. */
  cancel(identity: unknown, call?: Call): Promise<OperatorDone | InvalidIdentity>;
  /**
   * Forgets what was counted: sends, attempts and wrong guesses. Refused after too many uses unless forced: see `unblocks`.
   */
  unblock(
    identity: unknown,
    options?: { force?: boolean | undefined },
    call?: Call,
  ): Promise<OperatorDone | InvalidIdentity | { status: 'unblocked_often'; retryAfterSeconds: number }>;
  /** Ends every sign-in until now, and the pending codes. */
  signOut(identity: unknown, call?: Call): Promise<OperatorDone | InvalidIdentity>;
}

type Cleared = Pick<ClearRequest, 'records' | 'counts'>;

export function createOperator(parts: Parts): Operator {
  const { policy, derivation, store, delivery, sendNotes, outcomes, clock } = parts;

  function resolve(input: unknown, verb: OperatorVerb, call: Call) {
    const identity = parseIdentity(input, { defaultCountry: parts.defaultCountry });
    if (identity === null || identity === 'ambiguous') return toInvalidIdentity(identity);
    const owner = derivation.deriveOwnerTags(identity);
    const { identityTag } = owner;
    const report = (status: 'done' | 'rate_limited') =>
      outcomes.report({ event: 'operator.acted', ...call, identityTag, verb, status });
    return { status: 'resolved', identity, owner, identityTag, report } as const;
  }

  async function clear(found: { owner: OwnerTags; report(status: 'done'): void }, what: Cleared) {
    const { owner, report } = found;
    if (!store.clear) throw cannot();
    const { records } = await store.clear({ ...owner, ...what, signOutSeconds: 0 });
    report('done');
    return { status: 'done', identityTag: shortenTag(owner.identityTag), cancelled: records } as const;
  }

  function toPendingCode(record: InspectedRecord, purpose: string | null, isTest: boolean): PendingCode {
    const { channel, isBound, ttlMs } = record;
    return {
      purpose,
      channel,
      isBound,
      ageSeconds: Math.max(0, Math.floor(policy.windowSeconds - ttlMs / 1000)),
      attemptsLeft: ttlMs > 0 ? record.attemptsLeft : 0,
      codeLength: record.digits,
      lastSend: toLastSend(record, isTest),
    };
  }

  function toLastSend(
    { note, mute, sendId, sentMsAgo, channel }: InspectedRecord,
    isTest: boolean,
  ): LastSend {
    const nothing = { transport: null, cause: null, at: clock() - sentMsAgo };
    if (isTest) return { ...nothing, outcome: 'withheld', cause: 'test_identity' };
    if (mute) return { ...nothing, outcome: 'withheld', cause: 'not_allowed' };
    if (note !== undefined) return JSON.parse(note) as LastSend;
    if (delivery.isBackground || sendNotes.underWay.has(sendId)) return { ...nothing, outcome: 'queued' };
    // If the caller waited for the send, a note is kept only when something unusual happened.
    return { ...nothing, outcome: 'delivered', transport: delivery.firstTransport(channel) ?? null };
  }

  function listBudgets({ sends, verifies, day }: InspectedCounts, dayMax: number): Budget[] {
    const { requestIdentityMax: max, verifyIdentityMax, resendCooldownSeconds } = policy;
    const waiting = sends.filter((age) => age < resendCooldownSeconds * 1000).slice(-1);
    const budgets = [
      toBudget('request_identity', sends, max, limitPeriodSeconds),
      toBudget('verify_identity', verifies, verifyIdentityMax, limitPeriodSeconds),
    ];
    if (resendCooldownSeconds > 0) budgets.push(toBudget('cooldown', waiting, 1, resendCooldownSeconds));
    if (day) {
      const refillsInSeconds = Math.ceil(day.endsInMs / 1000);
      budgets.push({
        limit: 'request_day',
        used: Math.min(day.sends, dayMax),
        max: dayMax,
        refillsInSeconds,
      });
    }
    return budgets;
  }

  function toSide(counts: InspectedCounts, dayMax: number): SideStatus {
    const resetsInSeconds = Math.ceil(counts.guessesEndInMs / 1000);
    return {
      budgets: listBudgets(counts, dayMax),
      guesses: { used: counts.guesses, max: policy.lengthenAfter, resetsInSeconds },
    };
  }

  return {
    async status(input, call = {}) {
      const found = resolve(input, 'status', call);
      if (found.status !== 'resolved') return found;
      if (!store.inspect) throw cannot();
      const { identity, owner, identityTag } = found;
      const state = await store.inspect({ ...owner, periodSeconds: limitPeriodSeconds });
      const purposeOf = new Map(
        policy.purposes.map((purpose) => [derivation.deriveRecordTag(identity.value, purpose), purpose]),
      );
      const testCode = parts.findTestCode?.(identity);
      // The least that may be sent without a check.
      const figures = identity.kind === 'phone' ? identityLadder.free : identityLadder.checked;
      const dayMax = figures.max / unitsPerSend;
      found.report('done');
      return {
        status: 'found',
        identityTag: shortenTag(identityTag),
        pending: state.records.map((record) =>
          toPendingCode(record, purposeOf.get(record.recordTag) ?? null, testCode !== undefined),
        ),
        ...toSide(state, dayMax),
        ...(state.known && isUsed(state.known) ? { known: toSide(state.known, dayMax) } : {}),
        signedOutAt: state.endedSeconds === undefined ? null : state.endedSeconds * 1000,
      };
    },
    async cancel(input, call = {}) {
      const found = resolve(input, 'cancel', call);
      return found.status === 'resolved' ? clear(found, { records: true, counts: false }) : found;
    },
    async unblock(input, { force = false } = {}, call = {}) {
      const found = resolve(input, 'unblock', call);
      if (found.status !== 'resolved') return found;
      if (!store.clear) throw cannot();
      const hit = await store.hit(`unblock ${found.owner.budgetTag}`, unblocks);
      if (!hit.allowed && !force) {
        found.report('rate_limited');
        return { status: 'unblocked_often', retryAfterSeconds: toRetrySeconds(hit.retryAfterMs) };
      }
      return clear(found, { records: false, counts: true });
    },
    async signOut(input, call = {}) {
      const found = resolve(input, 'sign-out', call);
      if (found.status !== 'resolved') return found;
      const cancelled = await parts.signOut(found.identity.value, call);
      found.report('done');
      return { status: 'done', identityTag: shortenTag(found.identityTag), cancelled };
    },
  };
}

function isUsed({ sends, refusals, verifies, guesses, day }: InspectedCounts): boolean {
  return sends.length + refusals.length + verifies.length + guesses + (day?.sends ?? 0) > 0;
}

function toBudget(limit: LimitName, ages: readonly number[], max: number, periodSeconds: number): Budget {
  // After the limit was lowered, the log may hold more than `max`.
  const next = ages[Math.max(0, ages.length - max)];
  const waitMs = next === undefined ? 0 : periodSeconds * 1000 - next;
  return { limit, used: Math.min(ages.length, max), max, refillsInSeconds: Math.ceil(waitMs / 1000) };
}

function cannot(): OtpError {
  return new OtpError('not_found', 'This store shows operators nothing');
}
