import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * Ties each form to the random name of a browser, or of a sign-in in it, so that no other site can make a browser send
 * one.
 */
export interface FormTokens {
  /** A new one for each form that is shown. */
  create(name: string): string;
  isValid(name: string, token: string | null): boolean;
}

export function createFormTokens(key: KeyObject, createId: () => string): FormTokens {
  const sign = (name: string, id: string) =>
    createHmac('sha256', key).update(`${name}.${id}`).digest().subarray(0, 16).toString('base64url');
  return {
    create(name) {
      const id = createId();
      return `${id}.${sign(name, id)}`;
    },
    isValid(name, token) {
      const [, id = '', mac = ''] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(token ?? '') ?? [];
      return mac !== '' && timingSafeEqual(Buffer.from(mac), Buffer.from(sign(name, id)));
    },
  };
}

/**
 * Whether the browser itself says that another site made it send this (W3C Fetch Metadata). `Origin` cannot tell: it
 * is `null` under `Referrer-Policy: no-referrer`.
 */
export function isFromElsewhere(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}

/** Whether the browser itself says that a page of this origin made it send this. */
export function isFromHere(request: Request): boolean {
  return request.headers.get('sec-fetch-site') === 'same-origin';
}
