import { refuseUnknownOptions } from '../core/known-options.js';
import type { Receipt, Refusal } from '../ports.js';
import { requireInteger, requireUrl } from './options.js';
import { createRefusal, find, type Meaning } from './refusal.js';

/** What the transports need of `fetch`. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body: string;
    signal: AbortSignal;
    redirect: 'manual';
  },
) => Promise<Response>;

/** What every transport over HTTP takes. */
export interface HttpOptions {
  /** Where the provider is. Default: its public address. Only https, or http on this machine. */
  baseUrl?: string | undefined;
  /** Default: the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Limit on one send in milliseconds, 100 to 60 000. Default 10 000. */
  timeoutMs?: number | undefined;
}

export interface HttpClient {
  baseUrl: string;
  fetch: Fetch;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; `undefined` when there is none, when it is too long or when it broke off. */
  body: unknown;
}

const maxAnswerBytes = 65_536;

/** @throws TypeError or RangeError that names the wrong option */
export function resolveHttpOptions<Options extends HttpOptions>(
  options: Options,
  defaultBaseUrl: string,
  own: readonly (keyof Options & string)[] = [],
): HttpClient {
  refuseUnknownOptions(options, ['baseUrl', 'fetch', 'timeoutMs', ...own]);
  const { baseUrl = defaultBaseUrl, fetch = globalThis.fetch } = options;
  const url = requireUrl(baseUrl, 'baseUrl');
  if (url.search) throw new RangeError('baseUrl must be without a query');
  if (typeof fetch !== 'function') throw new TypeError('fetch must be a function');
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    fetch,
    timeoutMs: checkTimeout(options.timeoutMs),
  };
}

export function checkTimeout(timeoutMs = 10_000): number {
  return requireInteger(timeoutMs, 'timeoutMs', 100, 60_000);
}

/** How to understand one provider's answers. */
export interface Dialect {
  /** The provider's id of the message that it accepted. */
  readId?(body: unknown): unknown;
  /** The provider's code of the error, from an answer that is no success. */
  readErrorCode?(answer: Answer): unknown;
  /** What error codes mean, where the status alone does not tell. */
  codes?: Readonly<Record<string, Meaning>>;
  /** What statuses mean to this receiver, where that differs. */
  statuses?: Readonly<Record<number, Meaning>>;
  /** Instead of the status, for providers that answer 200 to everything. */
  readAccepted?(answer: Answer): Receipt;
}

/** Posts one message and understands the answer. Never rejects, never follows a redirect, never tries again. */
export async function postMessage(
  { fetch, timeoutMs }: Pick<HttpClient, 'fetch' | 'timeoutMs'>,
  request: { url: string; headers: Record<string, string>; body: string; signal: AbortSignal },
  dialect: Dialect,
): Promise<Receipt> {
  const { url, headers, body } = request;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const { status } = response;
    const answer = { status, headers: response.headers, body: await readBody(response) };
    if (status < 200 || status > 299) return refuse(answer, dialect);
    return dialect.readAccepted?.(answer) ?? accept(dialect.readId?.(answer.body));
  } catch (error) {
    return toRefusal(error, signal);
  }
}

export function accept(id: unknown): Receipt {
  return { ok: true, id: typeof id === 'string' ? id : undefined };
}

/** The refusal that an answer amounts to. */
export function refuse(answer: Answer, dialect: Dialect): Refusal {
  const code = parseWord(dialect.readErrorCode?.(answer));
  const retryAfterSeconds = parseRetryAfter(answer.headers.get('retry-after'));
  return createRefusal(
    find(dialect.codes, code) ??
      find(dialect.statuses, String(answer.status)) ??
      meaningOfStatus(answer.status, retryAfterSeconds !== undefined),
    `HTTP ${answer.status}${code === undefined ? '' : ` ${code}`}`,
    retryAfterSeconds,
  );
}

/** docs/decisions/0009: only what cannot have been accepted is a definite refusal. */
export const httpStatuses: Readonly<Record<string, Meaning>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  // RFC 9110 §15.5.9: the request did not arrive whole.
  408: 'unavailable',
  // RFC 9110 §15.5.10: something is in the way of this message, perhaps the same one.
  409: ['unknown', 'recipient'],
  // RFC 8470 §5.2: it was not processed.
  425: 'unavailable',
  429: 'rate_limited',
};

function meaningOfStatus(status: number, hasRetryAfter: boolean): Meaning {
  // RFC 9110 §15.6.4: with a time to come back, the server itself says that it did not handle the request.
  if (status === 503 && hasRetryAfter) return 'unavailable';
  return find(httpStatuses, String(status)) ?? (status >= 500 ? 'unknown' : 'rejected');
}

/** RFC 9110 §10.2.3: seconds or a date. */
export function parseRetryAfter(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d{1,9}$/.test(value.trim())
    ? Number(value)
    : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** An error code is a short word or number; anything else could be the provider's prose. */
function parseWord(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^(\d{1,6}|[A-Za-z][A-Za-z_]{0,63})$/.test(text) ? text : undefined;
}

/** Parsed JSON; `undefined` when there is none, when it is too long or when it broke off. */
export async function readBody(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Leaving the loop cancels the rest.
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxAnswerBytes) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // The status has said what became of the message.
    return undefined;
  }
}

/** Failures of a connection that was never there, so that nothing can have been sent over it. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_CERT_\w+)$/;

function toRefusal(error: unknown, signal: AbortSignal): Refusal {
  if (signal.aborted) return createRefusal('timeout', 'no answer in time');
  const cause = (error instanceof Error && error.cause) || error;
  const code = dig(cause, 'code');
  // One error for each address of the host, if it has several.
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  const name = typeof code === 'string' && /^[A-Z_\d]{1,64}$/.test(code) ? code : 'no answer';
  if (code === 'ERR_PRIVATE_TARGET') return createRefusal('rejected', name);
  const isDefinite = neverConnected.test(name) || errors.every((one) => dig(one, 'syscall') === 'connect');
  // A reset says nothing about how far the message had come.
  return createRefusal(isDefinite ? 'unavailable' : 'unknown', name);
}

/** Reads `object.path.to.value` of whatever a provider sent. */
export function dig(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
}

export function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
