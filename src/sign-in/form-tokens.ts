import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../http/request.js';

export type FormTokens = ReturnType<typeof createFormTokens>;

/** Ties each form to the random name of a browser or of one of its sign-ins, so that no other site can send a valid one. */
export function createFormTokens(key: KeyObject, createId: () => string) {
  const sign = (name: string, id: string) =>
    createHmac('sha256', key).update(`${name}.${id}`).digest().subarray(0, 16).toString('base64url');
  return {
    /** A new one for each form that is shown. */
    create(name: string): string {
      const id = createId();
      return `${id}.${sign(name, id)}`;
    },
    isValid(name: string, token: string | null): boolean {
      const [, id = '', mac = ''] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(token ?? '') ?? [];
      return mac !== '' && timingSafeEqual(Buffer.from(mac), Buffer.from(sign(name, id)));
    },
  };
}

/**
 * Whether the browser says that another origin made it send this (W3C Fetch Metadata). `Origin` cannot tell: it is `null`
 * under `Referrer-Policy: no-referrer`.
 */
export function isCrossOrigin(request: HttpRequest): boolean {
  const site = request.header('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}

/** Whether the browser says that a page of this origin made it send this. */
export function isSameOrigin(request: HttpRequest): boolean {
  return request.header('sec-fetch-site') === 'same-origin';
}
