import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { OtpError } from '../../errors.js';
import { readBody } from '../body.js';

/** The fields of a form; a field that comes twice is refused. */
export type Form = ReadonlyMap<string, string>;

/**
 * Reads a form of at most 4 KiB.
 *
 * @throws OtpError `invalid_request`
 */
export async function readForm(request: Request): Promise<{ form: Form; body: Uint8Array }> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(type)) {
    throw new OtpError('invalid_request', 'Content-Type must be application/x-www-form-urlencoded');
  }
  const body = await readBody(request);
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('utf8'))) {
    if (form.has(name)) throw new OtpError('invalid_request', 'A field came twice');
    form.set(name, value);
  }
  return { form, body };
}

/** Ties forms to the browser that they were shown in: no other site can make a browser send one of ours. */
export interface FormTokens {
  /** A new one for each form that is shown. */
  create(browser: string): string;
  isGood(browser: string, token: string | undefined): boolean;
}

/** @param keys the first makes new ones; all are accepted */
export function createFormTokens(
  keys: readonly [KeyObject, ...KeyObject[]],
  createId: () => string,
): FormTokens {
  const sign = (key: KeyObject, browser: string, id: string) =>
    createHmac('sha256', key).update(`${browser}.${id}`).digest().subarray(0, 16).toString('base64url');
  return {
    create(browser) {
      const id = createId();
      return `${id}.${sign(keys[0], browser, id)}`;
    },
    isGood(browser, token = '') {
      const [, id = '', mac = ''] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(token) ?? [];
      return (
        mac !== '' &&
        keys.some((key) => timingSafeEqual(Buffer.from(mac), Buffer.from(sign(key, browser, id))))
      );
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
