import { runWithDeadline } from './deadline.js';
import { OTPError } from './errors.js';

export interface Answer {
  status: number;
  /** The header `Retry-After`. */
  retryAfter: string | null;
  /** Parsed JSON, or undefined. */
  body: unknown;
}

export interface Call {
  /** Sent as JSON by POST; without a body the call is a GET. */
  body?: object;
  /** Sent as a bearer token. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface SendOptions {
  baseUrl: string;
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  timeoutMs: number;
  headers: Record<string, string>;
}

export type Send = (path: string, call: Call) => Promise<Answer>;

const maxAnswerBytes = 65_536;

/** Creates the function that calls the service. It rejects only with OTPError. */
export function createSend({ baseUrl, fetch, timeoutMs, headers }: SendOptions): Send {
  return async (path, { body, token, signal }) => {
    const payload = body && toJson(body);
    return runWithDeadline(timeoutMs, signal, async (signal) => {
      const response = await (fetch ?? globalThis.fetch)(baseUrl + path, {
        method: payload === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(payload === undefined ? {} : { body: payload }),
        // Codes and tokens are for this URL only.
        redirect: 'manual',
        signal,
      });
      const text = await readText(response);
      return { status: response.status, retryAfter: response.headers.get('Retry-After'), body: parse(text) };
    });
  };
}

function toJson(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new OTPError('invalid_request', 'The arguments cannot be sent as JSON', { cause });
  }
}

/** The body, or an empty string when it is longer than any answer of the service. */
async function readText(response: Response): Promise<string> {
  // Some runtimes have fetch without streams.
  if (!response.body) return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > maxAnswerBytes) {
      reader.cancel().catch(() => {});
      return '';
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
