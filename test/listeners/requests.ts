import type { ListenerName } from '../helpers/listeners.js';

/** The status, alone or with headers that the answer must have. */
export type Expected = number | { status: number; headers: Record<string, string> };

export interface Case {
  /** All bytes of one request, which asks for the connection to be closed. `{token}` is a valid token. */
  send: string;
  expect: Expected;
  /** Where a framework answers by itself, before the adapter is called. */
  except?: Partial<Record<ListenerName, Expected>>;
}

export const json = 'Content-Type: application/json\r\n';
export const bearer = 'Authorization: Bearer {token}\r\n';
export const valid = '{"token":"x"}';

export function ask(method: string, target: string, headers = '', body = ''): string {
  return `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n${body}`;
}

/** A POST with a Content-Length, unless the headers say how long it is. */
export function post(target: string, headers: string, body: string): string {
  const isFramed = /^(content-length|transfer-encoding):/im.test(headers);
  return ask('POST', target, isFramed ? headers : `${headers}Content-Length: ${body.length}\r\n`, body);
}

export const gate = '/authz/auth-request';
export const check = '/api/v1/token/verify';
/** Writes the last letter of a path as `%XX`. */
const encodeLast = (path: string) => `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`;

/** Other spellings of a path that mean the same (RFC 3986 §6.2.2, RFC 9112 §3.2). */
export const spellings: Record<string, (path: string) => string> = {
  'as it is': (path) => path,
  'with an empty query': (path) => `${path}?`,
  'with a query': (path) => `${path}?a=%&b=/../c`,
  'with dot segments': (path) => `/a/../.${path}`,
  'with encoded dot segments': (path) => `/a/%2E%2e${path}`,
  'with an encoded letter': encodeLast,
};
