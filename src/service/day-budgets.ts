import type { Derivation, Sender } from '../core/derivation.js';
import type { Identity } from '../core/identity.js';
import {
  type DaySpending,
  identityLadder,
  isOnSecondStep,
  paidChannels,
  type ReturnedSend,
  unitsPerSend,
} from '../core/ladder.js';
import { type PhoneCountries, parsePhoneCountries } from '../core/phone-countries.js';
import type { Channel, DayBudgetMode, LimitName, PhoneGuard } from '../core/policy.js';
import type { SpendRequest, SpendResult } from '../count-verbs.js';
import type { MonotonicClock, ShouldSend, Store } from '../ports.js';
import type { RateLimited } from '../results.js';
import type { Side } from '../store-verbs.js';
import type { UnderWay } from '../under-way.js';
import type { CountAddress, ToHit } from './address-limits.js';
import { createDayRows, toAddressRows } from './day-rows.js';
import { createPaidDay, type PaidMessage } from './paid-day.js';
import { decodeReceipt, encodeReceipt } from './send-receipt.js';

/** Who asks for a code, and who is to get it. */
export interface Spender {
  identity: Identity;
  channel: Channel;
  /** The caller's side, as far as it is known: `finding` may change it. */
  side: Side;
  /** Resolves with a device when the browser is known; it is looked for meanwhile. */
  finding?: Promise<unknown> | undefined;
  ip: string | null | undefined;
  isUnguarded: boolean;
  /** Whether nothing is sent to it, however it is answered. */
  isTest: boolean;
  /** Whether a human check was passed. */
  isChecked: boolean;
  /** Whether the caller could be asked for one. */
  canBeAsked: boolean;
}

/** What a request has counted before its identity is counted, or what the store counts together with it. */
export interface Spent {
  status: 'counted';
  /** Counted together with the record, by a store that can; undefined: by now, everything is counted. */
  spending: SpendRequest | undefined;
  /** How the send counts for its identity; undefined where limits over a day are off. */
  day: DaySpending | undefined;
  paid: PaidMessage | undefined;
  /** What would have been refused, where limits over a day only report. */
  exceeded: LimitName | undefined;
}

export type SpendRefusal = Extract<SpendResult, { status: 'limited' }>;

const everyCountry = parsePhoneCountries(['*']);

export function createDayBudgets(parts: {
  dayBudgets?: DayBudgetMode | undefined;
  phoneGuard?: PhoneGuard | undefined;
  phoneCountries?: PhoneCountries | undefined;
  paidDayMax?: number | undefined;
  derivation: Derivation;
  store: Store;
  shouldSend?: ShouldSend | undefined;
  monotonicClock: MonotonicClock;
  countAddress: CountAddress;
  toHit: ToHit;
  underWay: Pick<UnderWay, 'add'>;
}) {
  const { derivation, store, shouldSend, countAddress, toHit, underWay } = parts;
  const { dayBudgets = 'enforce', phoneGuard = 'enforce', phoneCountries = everyCountry } = parts;
  const isCounting = dayBudgets !== 'off' && store.spend !== undefined;
  const isEnforced = dayBudgets === 'enforce';
  // `shouldSend` is called only after the address limit has let the request through.
  const countsTogether = store.countsTogether === true && !shouldSend;
  const takePaidMessage = createPaidDay(parts);
  const { listPhoneRows, toPlace } = createDayRows(derivation, phoneCountries);

  /** Only called where the store can. */
  function spendIn(request: SpendRequest): Promise<SpendResult> {
    return (store as Required<Pick<Store, 'spend'>>).spend(request);
  }

  function toAddressSpending(
    spender: Spender,
    sender: Sender,
    { isOnSecondStep }: DaySpending,
  ): SpendRequest {
    const { slot, rows } = toAddressRows(sender);
    return {
      slot,
      rows,
      place: toPlace(spender.identity, sender.address),
      hit: toHit('request_ip', spender.ip),
      isOnSecondStep,
      isEnforced,
    };
  }

  function toHitAlone(ip: Spender['ip']): SpendRequest | undefined {
    const hit = toHit('request_ip', ip);
    return hit && { slot: '', rows: [], isOnSecondStep: false, isEnforced: true, hit };
  }

  /** Counts a message that costs money, against the ceiling of a day and what is limited of phone numbers. */
  async function spendPaid(
    spender: Spender,
    sender: Sender | undefined,
    addressAtMs: number,
    spent: Spent,
    day: DaySpending,
  ): Promise<Spent | SpendRefusal> {
    const { identity, isUnguarded } = spender;
    if (await spender.finding) spender.side = 'known';
    const paid = await takePaidMessage?.(isUnguarded || spender.side === 'known');
    if (paid && 'retryAfterMs' in paid) {
      undo(spender, spent);
      return { status: 'limited', limit: 'paid_day', isHelpedByCheck: false, ...paid };
    }
    spent.paid = paid;
    if (paid?.isExceeded) spent.exceeded ??= 'paid_day';
    if (identity.kind !== 'phone' || isUnguarded) return spent;
    const isHeld = isEnforced && phoneGuard === 'enforce';
    const { slot, rows } = listPhoneRows(spender, day.network);
    const answer = await spendIn({ slot, rows, isOnSecondStep: day.isOnSecondStep, isEnforced: isHeld });
    if (answer.status === 'limited') {
      undo(spender, spent);
      return answer;
    }
    spent.exceeded ??= answer.exceeded;
    day.receipt = encodeReceipt(spender.side, sender, addressAtMs, answer.atMs);
    return spent;
  }

  async function refund(identity: Identity, send: ReturnedSend, isSignIn: boolean): Promise<void> {
    const { sender, side, addressAtMs, phoneAtMs } = decodeReceipt(send);
    const { units } = send;
    if (sender) {
      const place = toPlace(identity, sender.address);
      await store.refund?.({ ...toAddressRows(sender), place, atMs: addressAtMs, units, isSignIn });
    }
    if (phoneAtMs > 0) {
      const rows = listPhoneRows({ identity, side }, send.network);
      await store.refund?.({ ...rows, atMs: phoneAtMs, units, isSignIn });
    }
  }

  /** Gives back what was counted with a send elsewhere. Never rejects: what cannot be given back stays counted. */
  function giveBack(identity: Identity, send: ReturnedSend, isSignIn = false): void {
    // Never retried: the store may have done it and lost the answer.
    if (send.receipt !== '') underWay.add(refund(identity, send, isSignIn));
  }

  /** Gives back what `spend` has counted, when a later limit refused. */
  function undo({ identity }: Spender, { spending, day, paid }: Spent): void {
    paid?.putBack();
    if (!day || spending) return;
    giveBack(identity, { receipt: day.receipt, network: day.network, units: unitsPerSend });
  }

  return {
    /**
     * Counts a send against the limits of the address, and against those over a day but for the identity's. Or says what the
     * store is to count together with the record.
     */
    async spend(spender: Spender): Promise<Spent | SpendRefusal | RateLimited> {
      const { channel, side, ip, canBeAsked } = spender;
      const sender = ip == null || !isCounting ? undefined : derivation.deriveSender(ip);
      const network = spender.isUnguarded ? undefined : sender?.network;
      const counted = network === undefined ? undefined : sender;
      const day: DaySpending | undefined = isCounting
        ? {
            ladder: identityLadder,
            isOnSecondStep: isOnSecondStep(channel, spender),
            canBeAsked,
            isEnforced,
            isPaid: paidChannels.has(channel),
            network,
            receipt: '',
          }
        : undefined;
      const spent: Spent = {
        status: 'counted',
        spending: undefined,
        day,
        paid: undefined,
        exceeded: undefined,
      };
      if (countsTogether && !spender.finding && !day?.isPaid) {
        spent.spending = day && counted ? toAddressSpending(spender, counted, day) : toHitAlone(ip);
        if (day && counted) day.receipt = encodeReceipt(side, counted, undefined, 0);
        return spent;
      }
      let addressAtMs = 0;
      if (day && counted) {
        const answer = await spendIn(toAddressSpending(spender, counted, day));
        if (answer.status === 'limited') return answer;
        spent.exceeded = answer.exceeded;
        addressAtMs = answer.atMs;
        day.receipt = encodeReceipt(side, counted, addressAtMs, 0);
      } else {
        const counting = countAddress('request_ip', ip);
        const refused = counting && (await counting);
        if (refused) return refused;
      }
      if (!day?.isPaid || spender.isTest) return spent;
      return spendPaid(spender, counted, addressAtMs, spent, day);
    },
    undo,
    giveBack,
    giveBackSignIn(identity: Identity, sends: readonly ReturnedSend[]): void {
      // However often the code was sent, it was one sign-in.
      for (const [index, send] of sends.entries()) giveBack(identity, send, index === 0);
    },
  };
}
