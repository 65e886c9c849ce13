import type { Derivation, Sender } from '../core/derivation.js';
import type { Identity } from '../core/identity.js';
import {
  addressLadder,
  createCountryLadder,
  type DaySpending,
  defaultCountryFloor,
  freeCountries,
  identityLadder,
  isOnSecondStep,
  isPaid,
  prefixLadder,
  type ReturnedSend,
  siteLadder,
  unitsPerSend,
} from '../core/ladder.js';
import { type PhoneCountries, parsePhoneCountries } from '../core/phone-countries.js';
import { findPlace } from '../core/phone-place.js';
import type { Channel, DayBudgetMode, LimitName, PhoneGuard, Policy } from '../core/policy.js';
import type { SpendPlace, SpendRequest, SpendResult, SpendRow } from '../count-verbs.js';
import { remember } from '../fast/recent.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { RateLimited } from '../results.js';
import type { Side } from '../store-verbs.js';
import type { UnderWay } from '../under-way.js';
import { type CountAddress, describeRequestHit } from './address-limits.js';
import { createPaidDay, type PaidMessage } from './paid-day.js';
import { readReceipt, writeReceipt } from './send-receipt.js';

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

export interface DayBudgets {
  /** Counts a send against the limits of the address, and against those over a day but for the identity's. */
  spend(spender: Spender): Promise<Spent | SpendRefusal | RateLimited>;
  /** How the store counts the send for its identity; undefined where it does not. */
  describeSend(spender: Spender, spent: Spent): DaySpending | undefined;
  /** Gives back what `spend` has counted, when a later limit refused. */
  undo(spender: Spender, spent: Spent): void;
  /** Gives back what was counted with a send elsewhere. Never rejects: what cannot be given back stays counted. */
  giveBack(identity: Identity, send: ReturnedSend): void;
  /** The same for the sends of a code that was used. */
  giveBackSignIn(identity: Identity, sends: readonly ReturnedSend[]): void;
}

const everyCountry = parsePhoneCountries(['*']);
/** Few installations have more than one floor. */
const maxFloors = 256;

const nothing: Spent = {
  status: 'counted',
  network: undefined,
  receipt: '',
  paid: undefined,
  exceeded: undefined,
};

export function createDayBudgets(parts: {
  policy: Policy;
  dayBudgets?: DayBudgetMode | undefined;
  phoneGuard?: PhoneGuard | undefined;
  phoneCountries?: PhoneCountries | undefined;
  paidDayMax?: number | undefined;
  derivation: Derivation;
  store: Store;
  monotonicClock: MonotonicClock;
  countAddress: CountAddress;
  underWay: Pick<UnderWay, 'add'>;
}): DayBudgets {
  const { policy, derivation, store, countAddress, underWay } = parts;
  const { dayBudgets = 'enforce', phoneGuard = 'enforce', phoneCountries = everyCountry } = parts;
  const isCounting = dayBudgets !== 'off' && store.spend !== undefined;
  const isEnforced = dayBudgets === 'enforce';
  const takePaidMessage = createPaidDay(parts);
  const ladders = remember(maxFloors, createCountryLadder);

  function listPhoneRows(
    { identity, side }: Pick<Spender, 'identity' | 'side'>,
    network: string | undefined,
  ) {
    const place = findPlace(identity.value);
    const tags = derivation.derivePhoneTags(identity.value, place.country ?? '', side);
    const ladder = ladders(phoneCountries.floorOf(place) ?? defaultCountryFloor);
    const rows: SpendRow[] = [
      { limit: 'phone_prefix', key: tags.prefix, ladder: prefixLadder, network },
      { limit: 'phone_country', key: 'all', ladder, network, isGrowing: true },
    ];
    return { slot: tags.country, rows };
  }

  /** Countries are counted over both sides together. */
  function describePlace({ kind, value }: Identity, address: string): SpendPlace | undefined {
    if (kind !== 'phone') return undefined;
    const { country } = derivation.derivePhoneTags(value, findPlace(value).country ?? '', 'unknown');
    const { periodSeconds } = addressLadder;
    return { limit: 'phone_country', key: address, place: country, max: freeCountries, periodSeconds };
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
      const { slot, rows } = toAddressRows(sender);
      const place = describePlace(identity, sender.address);
      const hit = describeRequestHit(policy, sender);
      const answer = await spendIn({ slot, rows, place, hit, isOnSecondStep: isOnSecond, isEnforced });
      if (answer.status === 'limited') return answer;
      spent.exceeded = answer.exceeded;
      addressAtMs = answer.atMs;
      spent.receipt = writeReceipt(spender.side, sender, addressAtMs, phoneAtMs);
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
    spent.receipt = writeReceipt(
      spender.side,
      network === undefined ? undefined : sender,
      addressAtMs,
      phoneAtMs,
    );
    return spent;
  }

  async function refund(identity: Identity, send: ReturnedSend, isSignIn: boolean): Promise<void> {
    const { sender, side, addressAtMs, phoneAtMs } = readReceipt(send.receipt);
    const { units } = send;
    if (sender) {
      const place = describePlace(identity, sender.address);
      await store.refund?.({ ...toAddressRows(sender), place, atMs: addressAtMs, units, isSignIn });
    }
    if (phoneAtMs > 0) {
      const rows = listPhoneRows({ identity, side }, send.network);
      await store.refund?.({ ...rows, atMs: phoneAtMs, units, isSignIn });
    }
  }

  function giveBack(identity: Identity, send: ReturnedSend, isSignIn = false): void {
    // Never retried: a lost answer may mean that it was done.
    if (send.receipt !== '') underWay.add(refund(identity, send, isSignIn));
  }

  function undo({ identity }: Spender, { receipt, network, paid }: Spent): void {
    paid?.putBack();
    giveBack(identity, { receipt, network, units: unitsPerSend });
  }

  return {
    async spend(spender) {
      const { ip, channel, isUnguarded } = spender;
      const sender = ip == null || !isCounting ? undefined : derivation.deriveSender(ip);
      const network = isUnguarded ? undefined : sender?.network;
      if (network === undefined) {
        const refused = await countAddress('request_ip', ip);
        if (refused) return refused;
        if (!isCounting || !isPaid(channel)) return nothing;
      }
      return spendDay(spender, sender, network);
    },
    describeSend(spender, { network, receipt }) {
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
    giveBackSignIn(identity, sends) {
      // However often it was sent, it is one sign-in.
      for (const [index, send] of sends.entries()) giveBack(identity, send, index === 0);
    },
  };
}

function toAddressRows({ address, site }: Pick<Sender, 'address' | 'site'>) {
  const own: SpendRow = { limit: 'request_ip_day', key: address, ladder: addressLadder };
  if (site === undefined) return { slot: address, rows: [own] };
  return {
    slot: site,
    rows: [{ limit: 'request_ip_day', key: 'site', ladder: siteLadder } as SpendRow, own],
  };
}
