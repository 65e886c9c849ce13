import type { Channel } from './core/policy.js';
import type { Fault, RefusalCategory } from './core/refusal.js';
import type { IssuedToken } from './results.js';
import type {
  AttemptRequest,
  AttemptResult,
  ConsumeRequest,
  ExchangeRequest,
  ExchangeResult,
  HitGroup,
  HitResult,
  OpenRequest,
  OpenResult,
  ReleaseRequest,
  RollingLimit,
} from './store-verbs.js';

/** The time in milliseconds since 1970: for dates. It jumps when the system's clock is set. */
export type Clock = () => number;

/** Time that only passes, in milliseconds since an arbitrary moment: for durations and time limits. */
export interface MonotonicClock {
  now(): number;
  /** Calls back once, this much later. A timer keeps the process alive. */
  after(ms: number, callback: () => void): Timer;
}

export interface Timer {
  /** Cancels it. */
  close(): void;
  /** Lets the process end meanwhile. */
  unref(): void;
  ref(): void;
}

/** Random that nobody can guess. */
export interface Random {
  bytes(size: number): Uint8Array;
  /** 128 bits as base64url: 22 characters, never the same twice. */
  id(): string;
}

/** Structured logging; pino's loggers fit. What is passed holds no code, token, secret or identity. */
export interface Logger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
  /** Whether `info` is written at all; what is not need not be put together. Default: it is. */
  isLevelEnabled?(level: 'info'): boolean;
}

/**
 * The expiring memory of what must not happen twice. Each verb is atomic over all callers, in all processes,
 * and times are the store's own. A verb that cannot be carried out rejects with the `OtpError`
 * `store_unavailable`; it is never answered from anything but the store.
 * `test/contracts/store.ts` is the suite that every store passes.
 */
export interface Store {
  /** Opens or reopens a pending record and counts one send; a refused call changes nothing. */
  open(request: OpenRequest): Promise<OpenResult>;
  /** Counts one attempt and one guess, then returns what to compare with; a refused call changes nothing. */
  attempt(request: AttemptRequest): Promise<AttemptResult>;
  /**
   * The single use: deletes the record and is true for exactly one caller, ever. Only for a caller whose code
   * was right, so it takes back the guess that its `attempt` counted; the winner also clears the verify limit.
   */
  consume(request: ConsumeRequest): Promise<boolean>;
  /** Gives a refused send back, once for each id; the refused try counts against a cap of its own. */
  release(request: ReleaseRequest): Promise<void>;
  /**
   * Counts one against the rolling limit of `key`, and of the wider group that it is in, if one is named: against both
   * or neither. A refused call changes nothing.
   */
  hit(key: string, limit: RollingLimit, group?: HitGroup): Promise<HitResult>;
  /** Puts `key` for this long; true for the one caller who put it. A deny-list: it is lost with the store. */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
  /** Whether `key` has been put and has not ended. */
  claimed(key: string): Promise<boolean>;
  /** Starts, rotates or ends a family of tokens. An allow-list: when the store loses data, every family is unknown. */
  exchange(request: ExchangeRequest): Promise<ExchangeResult>;
  /** Resolves when the store can serve. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a message says, in one language. */
export interface Content {
  /** BCP 47: the language that was chosen among those there are. */
  locale: string;
  subject: string;
  text: string;
  /** For e-mail. */
  html?: string | undefined;
}

/** What a person is to receive. */
export interface Message extends Content {
  /** Of this send, never the same twice. */
  id: string;
  channel: Channel;
  /** The canonical identity, and the only recipient. */
  to: string;
  code: string;
  /** Life left of the code. */
  expiresInSeconds: number;
}

export interface RenderInput {
  channel: Channel;
  code: string;
  expiresInSeconds: number;
  /** What was asked for: a BCP 47 tag, or the list of a browser (RFC 9110 §12.5.4). */
  locale?: string | undefined;
  /** An address that does the same as the code; in an e-mail only. */
  link?: string | undefined;
}

/** Writes a message; every input has a result. */
export type Render = (input: RenderInput) => Content;

export interface Accepted {
  ok: true;
  id?: string | undefined;
}

export interface Refusal {
  ok: false;
  category: RefusalCategory;
  /** Whom it affects. Default: by the category, `recipient` for `invalid_recipient` alone. */
  fault?: Fault | undefined;
  /** Whether the same message may be accepted later, by this transport. */
  retryable: boolean;
  retryAfterSeconds?: number | undefined;
  /** For the log: no recipient, no code, no credentials. */
  detail: string;
}

export type Receipt = Accepted | Refusal;

export interface SendOptions {
  /** Aborts when the time of the message is up. */
  signal: AbortSignal;
  /** How long that is from now on, in milliseconds. What cannot be sent by then is better refused before. */
  leftMs?: number | undefined;
}

/** Reaches a provider. A rejection counts as an unknown outcome. */
export interface Transport {
  name: string;
  channels: readonly Channel[];
  send(message: Message, options: SendOptions): Promise<Receipt>;
  close?(): Promise<void>;
}

/** What a successful verify entitles to. */
export interface Grant {
  identity: string;
  purpose: string;
  /** Every channel that the code was sent over: the person may have it from any of them. */
  channels: readonly Channel[];
  /** For a browser's cookie: renewed while in use, in place of a refresh token. */
  isSession: boolean;
  /** Beside the registered ones. */
  extraClaims: Record<string, unknown>;
}

export type IssueToken = (grant: Grant) => Promise<IssuedToken>;

/** Adds to the claims of a token; what is registered or ours cannot be overridden. */
export type ReadClaims = (identity: string) => Record<string, unknown> | Promise<Record<string, unknown>>;

/** Whether this canonical identity may be sent a code for this purpose. */
export type ShouldSend = (identity: string, purpose: string) => boolean | Promise<boolean>;

/** Brings messages to people: which transport serves which channel, within what time, now or in the background. */
export interface Delivery {
  /** Whether the caller is answered before the message is sent. */
  isBackground: boolean;
  serves(channel: Channel): boolean;
  /** Takes a slot for one message before anything is counted; null when none is free. */
  reserve(): DeliverySlot | null;
  /** Lets messages in the background be sent for this long, then closes the transports. */
  close(graceMs: number): Promise<void>;
}

/** Room for one message. */
export interface DeliverySlot {
  /** Uses the slot, once. Resolves with what became of the message in the end; never rejects. */
  send(message: Message): Promise<DeliveryReceipt>;
  /** Gives the slot back unless a message was sent; for a `finally`. */
  release(): void;
}

/** Of a refusal also whether the send no longer counts against the identity's limit. */
export type DeliveryReceipt = Accepted | (Refusal & { isSendGivenBack: boolean });
