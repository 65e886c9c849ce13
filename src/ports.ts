import type { ReturnedSend } from './core/ladder.js';
import type { Channel } from './core/policy.js';
import type { Refusal } from './core/refusal.js';
import type { CountVerbs } from './count-verbs.js';
import type { InspectRequest, InspectResult } from './inspect-verb.js';
import type { Call } from './outcomes/call.js';
import type { IssuedToken } from './results.js';
import type * as verbs from './store-verbs.js';

export type * from './core/human-check.js';
/** Wall clock: milliseconds since 1970, for dates. Jumps when the system's clock is set. */
export type Clock = () => number;

/** Milliseconds since an arbitrary moment, for durations and time limits. Never jumps. */
export interface MonotonicClock {
  now(): number;
  /** Calls back once after `ms`. The timer keeps the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Whether timers end with the request that set them, so that no other may rely on them. Default: they do not. */
  endsWithRequest?: boolean | undefined;
}

export interface Timer {
  /** Cancels it. */
  close(): void;
  /** Lets the process exit before the timer fires. */
  unref(): void;
  ref(): void;
}

/** Cryptographically secure random numbers. */
export interface Random {
  bytes(size: number): Uint8Array;
  /** 128 bits as base64url: 22 characters, unique. */
  id(): string;
}

/** Structured logging; a pino logger fits. Fields and messages never hold a code, token, secret or identity. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
  /** Whether `info` is enabled; if not, its fields are not even assembled. Default: enabled. */
  isLevelEnabled?(level: 'info'): boolean;
}

/**
 * Holds pending codes, limits and token families until they expire. Each method is atomic across all processes and uses
 * the store's own clock. When the store does not answer, a method rejects with the `OtpError` `store_unavailable`; there
 * is no fallback. Every store passes `describeStore` of `stateless-otp/testing`.
 */
export interface Store extends CountVerbs, verbs.StoreTraits {
  /** Creates or reuses a pending record and counts one send. A refused call changes nothing. */
  open(request: verbs.OpenRequest): Promise<verbs.OpenResult>;
  /** Counts one attempt and one guess, then returns the record to compare with. A refused call changes nothing. */
  attempt(request: verbs.AttemptRequest): Promise<verbs.AttemptResult>;
  /**
   * Single use: deletes the record and is true for exactly one caller, ever. Call it only when the code was right: it
   * takes back the guess that `attempt` counted, for a bound record all guesses at it in its last period, and clears the
   * verify limit of the winner's side.
   *
   * Instead of true, a store with `clear` returns the time of the sign-in: unix seconds by its clock, and at least one second
   * later than the last sign-out. One that counts over a day also returns the sends that it gave back, and the caller gives
   * back what else was counted for them.
   */
  consume(request: verbs.ConsumeRequest): Promise<boolean | number | verbs.ConsumedRecord>;
  /**
   * Takes back an attempt, with its guess, once per id; true if this call did. Only for an attempt that was not compared or
   * was right: its answer was lost, or consuming it failed. Never across two periods of the guess count. A store without
   * this verb leaves such attempts counted.
   */
  retract?(request: verbs.RetractRequest): Promise<boolean>;
  /**
   * Ends pending records, forgets counts, and ends every sign-in until now, in one step. Optional, together with `ended`:
   * without them nobody can be signed out everywhere.
   */
  clear?(request: verbs.ClearRequest): Promise<verbs.ClearResult>;
  /** Shows what is held about an identity. Optional, together with `note`: without them operators cannot ask. */
  inspect?(request: InspectRequest): Promise<InspectResult>;
  /**
   * Keeps a note on what became of a send, which `inspect` shows even after the code has expired. Replaces the previous
   * note. Ignored unless the send is the latest of its record.
   */
  note?(request: verbs.NoteRequest): Promise<void>;
  /** Releases a refused send, once per id; it is returned if it counted over a day. Refused sends have a separate limit. */
  release(request: verbs.ReleaseRequest): Promise<ReturnedSend | undefined> | Promise<void>;
  /** Sets `key` for this long; true for the one caller who set it. A deny-list: lost with the store's data. */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
  /** Whether `key` is set. */
  claimed(key: string): Promise<boolean>;
  /**
   * Whether any of these names is set, or every sign-in of the identity at or before this time has been ended by `clear`, or
   * has outlived `ttlSeconds`. One call, since each check of a token asks. Lost with the store's data.
   */
  ended?(request: verbs.EndedRequest): Promise<boolean>;
  /** Starts, rotates or ends a token family. An allow-list: when the store loses its data, every family has ended. */
  exchange(request: verbs.ExchangeRequest): Promise<verbs.ExchangeResult>;
  /** Resolves when the store is ready. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The content of a message in one language. */
export interface Content {
  /** BCP 47 tag of the language. */
  locale: string;
  subject: string;
  text: string;
  /** For e-mail. */
  html?: string | undefined;
}

export interface Message extends Content {
  /** Unique to this send. */
  id: string;
  channel: Channel;
  /** The canonical identity, and the only recipient. */
  to: string;
  code: string;
  /** Remaining life of the code. */
  expiresInSeconds: number;
  /** Id of the request that asked for it: 1 to 128 of `A-Z a-z 0-9 . _ -`. For a header or reference at the provider. */
  requestId?: string | undefined;
}

export interface RenderInput {
  channel: Channel;
  code: string;
  expiresInSeconds: number;
  /** The requested language: a BCP 47 tag or an Accept-Language list (RFC 9110 §12.5.4). */
  locale?: string | undefined;
  /** A URL that signs in like the code; used in e-mail only. */
  link?: string | undefined;
}

/** Writes a message. Never throws. */
export type Render = (input: RenderInput) => Content;

export interface Accepted {
  ok: true;
  id?: string | undefined;
}

export type Receipt = Accepted | Refusal;

export interface SendOptions {
  /** Aborts when the time limit of the message is reached. */
  signal: AbortSignal;
  /** Milliseconds left until then. Refuse early rather than start what cannot finish in time. */
  leftMs?: number | undefined;
}

/** Sends through a provider. A rejected promise counts as an unknown outcome. */
export interface Transport {
  name: string;
  channels: readonly Channel[];
  send(message: Message, options: SendOptions): Promise<Receipt>;
  /**
   * Asks the provider whether it would take messages, as far as it can tell without one: that it answers, and knows the
   * credentials. Sends nothing. Default: nothing is asked.
   */
  checkAccess?(options: Pick<SendOptions, 'signal'>): Promise<Receipt>;
  close?(): Promise<void>;
}

/** What a token is issued for. */
export interface Grant {
  identity: string;
  purpose: string;
  /** Every channel that the code was sent over; the person may have read it on any of them. */
  channels: readonly Channel[];
  /** For a browser's cookie: renewed while in use, instead of a refresh token. */
  isSession: boolean;
  /** When the person signed in, by the store's clock. Default: now, by this machine's. */
  authTimeSeconds?: number | undefined;
  extraClaims: Record<string, unknown>;
  /** For the log. Default: unknown. */
  call?: Call | undefined;
}

export type IssueToken = (grant: Grant) => Promise<IssuedToken>;

/** Extra claims for a token. Registered claims and those of this service cannot be overridden. */
export type ReadClaims = (identity: string) => Record<string, unknown> | Promise<Record<string, unknown>>;

/** Whether this canonical identity may be sent a code for this purpose. */
export type ShouldSend = (identity: string, purpose: string) => boolean | Promise<boolean>;

/** How many messages are in each state. */
export type QueueCount = Record<'waiting' | 'sending' | 'retrying', number>;

/** Sends messages through the transports, while the caller waits or in the background. */
export interface Delivery {
  /** Whether callers are answered before the message is sent. */
  isBackground: boolean;
  serves(channel: Channel): boolean;
  /** The name of the transport that is asked first. */
  firstTransport(channel: Channel): string | undefined;
  /** Reserves a slot for one message; null when none is free. */
  reserve(channel: Channel): DeliverySlot | null;
  /** Whether a send that was refused like this no longer counts against the identity's limit. */
  givesBack(refusal: RoutedRefusal): boolean;
  /** Messages in the background. */
  count(): QueueCount;
  /** Waits up to `graceMs` for messages in the background, then closes the transports. */
  close(graceMs: number): Promise<void>;
}

/** Room for one message. */
export interface DeliverySlot {
  /** Uses the slot, once. Resolves with the final outcome; never rejects. */
  send(message: Message, options?: SlotOptions): Promise<RoutedReceipt>;
  /** Frees the slot unless it was used; for a `finally`. Undefined where slots are not limited. */
  release?(): void;
}

export interface SlotOptions {
  /** Sends nothing; in the background, this takes as long as a real send. Default: false. */
  isMuted?: boolean;
  /** Called after a try was refused and if another one follows: at once for the first, then in growing intervals. */
  onRetry?(refusal: RoutedRefusal): void;
}

/** Which transport an answer is from; undefined when none was tried. */
interface Routed {
  transport?: string | undefined;
}

export type RoutedRefusal = Refusal &
  Routed & { /** The code expired while the message waited. */ isExpired?: true };

export type RoutedReceipt = (Accepted & Routed) | RoutedRefusal;
