import type { Channel } from '../core/policy.js';
import { createRefusal, type Meaning, type Refusal } from '../core/refusal.js';
import type { Message, Receipt, Transport } from '../ports.js';
import { find } from './meanings.js';
import { toRefusal } from './network-error.js';
import { given, secureUrl, timeout, withDefault } from './options.js';
import { limitTime } from './time-limit.js';

/** The part of `fetch` that transports use. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    /** Undefined for methods without one. */
    body?: string;
    signal: AbortSignal;
    redirect: 'manual';
  },
) => Promise<Response>;

/** Options of every transport over HTTP. */
export interface HttpOptions {
  /** The provider's URL: https, or http on this machine. Default: its public API. */
  baseUrl?: string | undefined;
  /** Default: the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Timeout of one send in milliseconds, 100 to 60 000. Default 10 000. */
  timeoutMs?: number | undefined;
}

export interface HttpClient {
  fetch: Fetch;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or `undefined`. */
  body: unknown;
}

/** How requests to providers and receivers name their client. */
export const userAgent = 'stateless-otp';
const maxAnswerBytes = 65_536;

/** Checks of `HttpOptions`. */
export function httpChecks(defaultBaseUrl: string) {
  return {
    baseUrl: withDefault(defaultBaseUrl, (value, name) => {
      const url = secureUrl(value, name);
      if (url.search) throw new RangeError(`${name} must be without a query`);
      return url.href.replace(/\/+$/, '');
    }),
    fetch(value: unknown = globalThis.fetch): Fetch {
      if (typeof value === 'function') return given<Fetch>(value);
      throw new TypeError('fetch must be a function');
    },
    timeoutMs: timeout,
  };
}

/** How to interpret one provider's answers. */
export interface Dialect {
  /** The provider's id of an accepted message. */
  findId?(body: unknown): unknown;
  /** The provider's error code, from an answer with an error status. */
  findErrorCode?(answer: Answer): unknown;
  /** Meanings of error codes; other codes are judged by the status. */
  codes?: Readonly<Record<string, Meaning>>;
  /** Meanings of statuses that differ from `httpStatuses`. */
  statuses?: Readonly<Record<number, Meaning>>;
  /** For providers that answer 200 to everything. */
  judge?(answer: Answer): Receipt;
}

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  /** An object is sent as JSON. */
  body: string | URLSearchParams | object;
}

/** A request that changes nothing and needs the credentials that messages need. */
export interface AccessRequest extends Omit<PostRequest, 'body'> {
  /** Default GET. Without a body in any case. */
  method?: 'GET' | 'HEAD' | 'POST';
  /** Whether a refusal with this error code still proves that messages would be accepted. Default: none does. */
  proves?(code: unknown): boolean;
}

/**
 * A transport that sends each message by one POST request.
 *
 * @param ask asks whether the credentials are accepted
 */
export function createPostTransport<Served extends Channel>(
  name: string,
  channels: readonly Served[],
  client: HttpClient,
  dialect: Dialect,
  write: (message: Message) => PostRequest,
  ask?: () => AccessRequest,
): Transport {
  return {
    name,
    channels,
    async send(message, { signal }) {
      const { url, headers, body } = write(message);
      if (typeof body === 'string') return postMessage(client, { url, headers, body, signal }, dialect);
      const isForm = body instanceof URLSearchParams;
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
      const text = isForm ? body.toString() : JSON.stringify(body);
      const request = { url, headers: { ...headers, 'content-type': type }, body: text, signal };
      return postMessage(client, request, dialect);
    },
    ...(ask && { checkAccess: ({ signal }) => checkAccess(client, ask(), signal, dialect.findErrorCode) }),
  };
}

/** Judged by status and error code alone: the answer is not one to a message. */
function checkAccess(
  client: HttpClient,
  { method = 'GET', proves = () => false, ...request }: AccessRequest,
  signal: AbortSignal,
  findErrorCode: Dialect['findErrorCode'],
): Promise<Receipt> {
  return exchange(client, { ...request, method, signal }, (answer) =>
    isSuccess(answer) || proves(findErrorCode?.(answer))
      ? accept(undefined)
      : refuse(answer, findErrorCode ? { findErrorCode } : {}),
  );
}

/** Posts one message and interprets the answer. Never rejects, follows a redirect or retries. */
export function postMessage(
  client: HttpClient,
  request: { url: string; headers: Record<string, string>; body: string; signal: AbortSignal },
  dialect: Dialect,
): Promise<Receipt> {
  const { judge, findId, findErrorCode } = dialect;
  return exchange(
    client,
    { method: 'POST', ...request },
    (answer) =>
      isSuccess(answer) ? (judge?.(answer) ?? accept(findId?.(answer.body))) : refuse(answer, dialect),
    (judge ?? findId ?? findErrorCode) !== undefined,
  );
}

/** Any 2xx status (RFC 9110 §15.3). */
export function isSuccess({ status }: { status: number }): boolean {
  return status >= 200 && status <= 299;
}

async function exchange(
  { fetch, timeoutMs }: HttpClient,
  { url, ...init }: Omit<Parameters<Fetch>[1], 'redirect'> & { url: string },
  judge: (answer: Answer) => Receipt,
  readsBody = true,
): Promise<Receipt> {
  const { signal, end } = limitTime(init.signal, timeoutMs);
  try {
    const response = await fetch(url, { ...init, signal, redirect: 'manual' });
    const { status } = response;
    if (!readsBody) response.body?.cancel().catch(() => {}); // A receiver may never end it.
    return judge({
      status,
      headers: response.headers,
      body: readsBody ? await readBody(response) : undefined,
    });
  } catch (error) {
    return toRefusal(error, signal);
  } finally {
    end();
  }
}

export function accept(id: unknown): Receipt {
  return { ok: true, id: typeof id === 'string' ? id : undefined };
}

function refuse(answer: Answer, dialect: Dialect): Refusal {
  const code = parseWord(dialect.findErrorCode?.(answer));
  const retryAfterSeconds = parseRetryAfter(answer.headers.get('retry-after'));
  return createRefusal(
    find(dialect.codes, code) ??
      find(dialect.statuses, String(answer.status)) ??
      judgeStatus(answer.status, retryAfterSeconds !== undefined),
    `HTTP ${answer.status}${code === undefined ? '' : ` ${code}`}`,
    { retryAfterSeconds },
  );
}

/** Only where the message cannot have been accepted is it a definite refusal (docs/decisions/0009). */
export const httpStatuses: Readonly<Record<string, Meaning>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  // RFC 9110 §15.5.9: the request did not arrive completely.
  408: 'unavailable',
  // RFC 9110 §15.5.10: a conflict, perhaps with the same message.
  409: ['unknown', 'recipient'],
  // RFC 8470 §5.2: not processed.
  425: 'unavailable',
  429: 'rate_limited',
};

function judgeStatus(status: number, hasRetryAfter: boolean): Meaning {
  // RFC 9110 §15.6.4: with Retry-After, the server says that it did not handle the request.
  if (status === 503 && hasRetryAfter) return 'unavailable';
  return find(httpStatuses, String(status)) ?? (status >= 500 ? 'unknown' : 'rejected');
}

/** Seconds or a date (RFC 9110 §10.2.3). */
export function parseRetryAfter(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d{1,9}$/.test(value.trim())
    ? Number(value)
    : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** A short word or number; anything else could be prose that quotes the recipient. */
function parseWord(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^(\d{1,6}|[A-Za-z][A-Za-z_]{0,63})$/.test(text) ? text : undefined;
}

/** Parsed JSON; `undefined` when it is invalid, too long or incomplete. */
export async function readBody(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Leaving the loop cancels the stream.
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxAnswerBytes) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // The status is enough.
    return undefined;
  }
}

export function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
