import type { Derivation, Sender } from '../core/derivation.js';
import type { Identity } from '../core/identity.js';
import {
  type DaySpending,
  identityLadder,
  isOnSecondStep,
  isPaid,
  type ReturnedSend,
  unitsPerSend,
} from '../core/ladder.js';
import { type PhoneCountries, parsePhoneCountries } from '../core/phone-countries.js';
import type { Channel, DayBudgetMode, LimitName, PhoneGuard } from '../core/policy.js';
import type { SpendRequest, SpendResult } from '../count-verbs.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { RateLimited } from '../results.js';
import type { Side } from '../store-verbs.js';
import type { UnderWay } from '../under-way.js';
import type { CountAddress, ToHit } from './address-limits.js';
import { createDayRows, toAddressRows } from './day-rows.js';
import { createPaidDay, type PaidMessage } from './paid-day.js';
import { decodeReceipt, encodeReceipt } from './send-receipt.js';

/** Whom a request is from and to. */
export interface Spender {
  identity: Identity;
  channel: Channel;
  /** Until `finding` says otherwise. */
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

/** What a request has counted before the turn of its identity. */
export interface Spent {
  status: 'counted';
  /** Of the caller; undefined where networks do not count. */
  network: string | undefined;
  /** Names what was counted in the store; '' for nothing. */
  receipt: string;
  paid: PaidMessage | undefined;
  /** What would have been refused, where limits over a day only report. */
  exceeded: LimitName | undefined;
}

export type SpendRefusal = Extract<SpendResult, { status: 'limited' }>;

const everyCountry = parsePhoneCountries(['*']);
const nothing: Spent = {
  status: 'counted',
  network: undefined,
  receipt: '',
  paid: undefined,
  exceeded: undefined,
};

const noRows: SpendRequest = { slot: '', rows: [], isOnSecondStep: false, isEnforced: true };

export function createDayBudgets(parts: {
  dayBudgets?: DayBudgetMode | undefined;
  phoneGuard?: PhoneGuard | undefined;
  phoneCountries?: PhoneCountries | undefined;
  paidDayMax?: number | undefined;
  derivation: Derivation;
  store: Store;
  monotonicClock: MonotonicClock;
  countAddress: CountAddress;
  toHit: ToHit;
  underWay: Pick<UnderWay, 'add'>;
}) {
  const { derivation, store, countAddress, toHit, underWay } = parts;
  const { dayBudgets = 'enforce', phoneGuard = 'enforce', phoneCountries = everyCountry } = parts;
  const isCounting = dayBudgets !== 'off' && store.spend !== undefined;
  const isEnforced = dayBudgets === 'enforce';
  const takePaidMessage = createPaidDay(parts);
  const { listPhoneRows, toPlace } = createDayRows(derivation, phoneCountries);

  function toAddressSpending(spender: Spender, sender: Sender): SpendRequest {
    return {
      ...toAddressRows(sender),
      place: toPlace(spender.identity, sender.address),
      hit: toHit('request_ip', spender.ip),
      isOnSecondStep: isOnSecondStep(spender.channel, spender),
      isEnforced,
    };
  }

  /** Who is counted, and as which network; undefined where networks do not count. */
  function findSender({ ip, isUnguarded }: Spender) {
    const sender = ip == null || !isCounting ? undefined : derivation.deriveSender(ip);
    return { sender, network: isUnguarded ? undefined : sender?.network };
  }

  /** Only called where the store can. */
  function spendIn(request: SpendRequest): Promise<SpendResult> {
    return (store as Required<Pick<Store, 'spend'>>).spend(request);
  }

  async function spendDay(
    spender: Spender,
    sender: Sender | undefined,
    network: string | undefined,
  ): Promise<Spent | SpendRefusal | RateLimited> {
    const { identity, channel, isUnguarded } = spender;
    const isOnSecond = isOnSecondStep(channel, spender);
    const spent: Spent = { status: 'counted', network, receipt: '', paid: undefined, exceeded: undefined };
    let [addressAtMs, phoneAtMs] = [0, 0];

    if (sender && network !== undefined) {
      const answer = await spendIn(toAddressSpending(spender, sender));
      if (answer.status === 'limited') return answer;
      spent.exceeded = answer.exceeded;
      addressAtMs = answer.atMs;
      spent.receipt = encodeReceipt(spender.side, sender, addressAtMs, phoneAtMs);
    }
    if (!isPaid(channel) || spender.isTest) return spent;
    if (await spender.finding) spender.side = 'known';
    const isTrusted = isUnguarded || spender.side === 'known';
    const paid = await takePaidMessage?.(isTrusted);
    if (paid && 'retryAfterMs' in paid) {
      undo(spender, spent);
      return { status: 'limited', limit: 'paid_day', isHelpedByCheck: false, ...paid };
    }
    spent.paid = paid;
    if (paid?.isExceeded) spent.exceeded ??= 'paid_day';
    if (identity.kind !== 'phone' || isUnguarded) return spent;
    const isHeld = isEnforced && phoneGuard === 'enforce';
    const { slot, rows } = listPhoneRows(spender, network);
    const answer = await spendIn({ slot, rows, isOnSecondStep: isOnSecond, isEnforced: isHeld });
    if (answer.status === 'limited') {
      undo(spender, spent);
      return answer;
    }
    spent.exceeded ??= answer.exceeded;
    phoneAtMs = answer.atMs;
    spent.receipt = encodeReceipt(
      spender.side,
      network === undefined ? undefined : sender,
      addressAtMs,
      phoneAtMs,
    );
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
  function undo({ identity }: Spender, { receipt, network, paid }: Spent): void {
    paid?.putBack();
    giveBack(identity, { receipt, network, units: unitsPerSend });
  }

  return {
    /** Counts a send against the limits of the address, and against those over a day but for the identity's. */
    async spend(spender: Spender): Promise<Spent | SpendRefusal | RateLimited> {
      const { ip, channel } = spender;
      const { sender, network } = findSender(spender);
      if (network === undefined) {
        const refused = await countAddress('request_ip', ip);
        if (refused) return refused;
        if (!isCounting || !isPaid(channel)) return nothing;
      }
      return spendDay(spender, sender, network);
    },
    /**
     * What `spend` would count, for a store that counts it together with the record; undefined where `spend` has to come
     * first.
     */
    toSpending(spender: Spender): { spending: SpendRequest | undefined; spent: Spent } | undefined {
      if (spender.finding || (isCounting && isPaid(spender.channel))) return undefined;
      const { sender, network } = findSender(spender);
      if (!sender || network === undefined) {
        const hit = toHit('request_ip', spender.ip);
        return { spending: hit && { ...noRows, hit }, spent: nothing };
      }
      const receipt = encodeReceipt(spender.side, sender, undefined, 0);
      const spent: Spent = { status: 'counted', network, receipt, paid: undefined, exceeded: undefined };
      return { spending: toAddressSpending(spender, sender), spent };
    },
    /** How the store counts the send for its identity; undefined where it does not. */
    toSend(spender: Spender, { network, receipt }: Spent): DaySpending | undefined {
      if (!isCounting) return undefined;
      const { channel, canBeAsked } = spender;
      return {
        ladder: identityLadder,
        isOnSecondStep: isOnSecondStep(channel, spender),
        canBeAsked,
        isEnforced,
        isPaid: isPaid(channel),
        network,
        receipt,
      };
    },
    undo,
    giveBack,
    giveBackSignIn(identity: Identity, sends: readonly ReturnedSend[]): void {
      // However often the code was sent, it was one sign-in.
      for (const [index, send] of sends.entries()) giveBack(identity, send, index === 0);
    },
  };
}
