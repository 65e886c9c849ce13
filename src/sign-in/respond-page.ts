import { isFrameSource } from '../core/origin.js';
import { securityHeaders } from '../http/reply.js';
import { readLogoOrigin } from './brand.js';
import type { Page } from './layout.js';

export interface PageResponder {
  page(status: number, page: Page, cookies?: readonly string[]): Response;
  /** The browser sends the same form once more, there, with these cookies (RFC 9110 §15.4.8). */
  sendAgain(location: string, cookies: readonly string[]): Response;
  /** After a form: the browser then asks for the next page, and a reload sends nothing. */
  seeOther(location: string, cookies?: readonly string[]): Response;
}

export interface PagePolicy {
  logoUrl: string | undefined;
  /** Origins whose pages may show ours in a frame. */
  embedOrigins: readonly string[];
  /** Where the answer to a form may lead beside our own host. */
  formTargets: readonly string[];
}

/** @throws RangeError for a logo that is neither an https address nor a path, and for what can be no frame's origin */
export function createPageResponder({ logoUrl, embedOrigins, formTargets }: PagePolicy): PageResponder {
  const wrong = embedOrigins.find((origin) => !isFrameSource(origin));
  if (wrong !== undefined) {
    throw new RangeError(`embedOrigins must be origins such as https://app.example.com, got ${wrong}`);
  }
  const { 'X-Frame-Options': frameOptions, ...common } = securityHeaders;
  const logoOrigin = logoUrl === undefined ? null : readLogoOrigin(logoUrl);
  const ancestors = embedOrigins.length === 0 ? "'none'" : embedOrigins.join(' ');
  const headers = {
    ...common,
    ...(embedOrigins.length === 0 ? { 'X-Frame-Options': frameOptions } : {}),
    Vary: 'Accept-Language, Cookie',
  };
  /** Not `'self'` for styles and scripts: behind the gate the host is the application's, with files of its own. */
  const createPolicy = (nonce?: string) => {
    const source = nonce === undefined ? "'none'" : `'nonce-${nonce}'`;
    return [
      "default-src 'none'",
      `style-src ${source}`,
      `script-src ${source}`,
      "connect-src 'self'",
      `img-src 'self' data:${logoOrigin === null ? '' : ` ${logoOrigin}`}`,
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      `frame-ancestors ${ancestors}`,
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ');
  };
  const withCookies = (more: Record<string, string>, cookies: readonly string[]) => {
    const all = new Headers({ ...headers, ...more });
    for (const cookie of cookies) all.append('Set-Cookie', cookie);
    return all;
  };
  const redirect = (status: number, location: string, cookies: readonly string[]) =>
    new Response(null, {
      status,
      headers: withCookies({ Location: location, 'Content-Security-Policy': createPolicy() }, cookies),
    });
  return {
    page: (status, { markup, nonce }, cookies = []) =>
      new Response(markup, {
        status,
        headers: withCookies(
          {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': createPolicy(nonce),
          },
          cookies,
        ),
      }),
    sendAgain: (location, cookies) => redirect(307, location, cookies),
    seeOther: (location, cookies = []) => redirect(303, location, cookies),
  };
}
