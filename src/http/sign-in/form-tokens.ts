import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Ties forms to the browser that they were shown in: no other site can make a browser send one of ours. */
export interface FormTokens {
  /** A new one for each form that is shown. */
  create(browser: string): string;
  isGood(browser: string, token: string | null): boolean;
}

export function createFormTokens(key: KeyObject, createId: () => string): FormTokens {
  const sign = (browser: string, id: string) =>
    createHmac('sha256', key).update(`${browser}.${id}`).digest().subarray(0, 16).toString('base64url');
  return {
    create(browser) {
      const id = createId();
      return `${id}.${sign(browser, id)}`;
    },
    isGood(browser, token) {
      const [, id = '', mac = ''] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(token ?? '') ?? [];
      return mac !== '' && timingSafeEqual(Buffer.from(mac), Buffer.from(sign(browser, id)));
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
