import type { HumanCheckProvider } from '../core/human-check.js';
import { html } from '../html.js';
import { type HttpReply, securityHeaders } from '../http/reply.js';
import type { HttpRequest } from '../http/request.js';
import { catalogue, type Locale } from '../messages/catalogue.js';
import type { Assets } from './assets.js';
import { parseLogoOrigin } from './brand.js';
import { turnstileOrigin, turnstileScript } from './check.js';
import { type Page, renderDocument, titleOf } from './layout.js';
import { type NoticeKind, renderNotice } from './notice.js';
import type { SignInOptions } from './options.js';
import type { PageContext } from './page-context.js';
import { locate } from './paths.js';
import type { ReturnTargets } from './return-target.js';

/** The page's own scripts create neither scripts nor workers. */
const strict = ["require-trusted-types-for 'script'", "trusted-types 'none'"];

/** What only pages that ask for a human check need. */
const policyOf: Record<HumanCheckProvider, { script?: string; others: readonly string[] }> = {
  // Workers have no nonces. The one policy of trusted types makes nothing but the worker's address.
  altcha: {
    others: ["worker-src 'self'", "require-trusted-types-for 'script'", 'trusted-types human-check'],
  },
  // Cloudflare's script does not work with trusted types.
  turnstile: { script: ` ${turnstileOrigin}`, others: [`frame-src ${turnstileOrigin}`] },
};

export interface PageHow {
  status?: number;
  cookies?: readonly string[];
  /** Who judges the human check that the page asks for. */
  checkedBy?: HumanCheckProvider | undefined;
}

export type PageReplies = ReturnType<typeof createPageReplies>;

interface PageReplyParts extends Pick<SignInOptions, 'brand' | 'embedOrigins' | 'clock' | 'random'> {
  assets: Pick<Assets, 'urls'>;
  targets: Pick<ReturnTargets, 'origins'>;
  localeOf(request: HttpRequest): Locale;
}

export function createPageReplies(parts: PageReplyParts) {
  const { assets, brand, embedOrigins, targets, localeOf, clock, random } = parts;
  const { 'X-Frame-Options': frameOptions, ...others } = securityHeaders;
  const isEmbeddable = embedOrigins.length > 0;
  const common = {
    ...others,
    ...(isEmbeddable ? {} : { 'X-Frame-Options': frameOptions }),
    Vary: 'Accept-Language, Cookie',
  };
  const logoOrigin = brand.logoUrl === undefined ? null : parseLogoOrigin(brand.logoUrl);

  /** Not `'self'` for styles and scripts: behind the gate the host is the application's, with files of its own. */
  function createContentPolicy(source: string, checkedBy?: HumanCheckProvider): string {
    const { script = '', others = strict } = checkedBy ? policyOf[checkedBy] : {};
    return [
      "default-src 'none'",
      `style-src ${source}`,
      `script-src ${source}${script}`,
      "connect-src 'self'",
      `img-src 'self' data:${logoOrigin === null ? '' : ` ${logoOrigin}`}`,
      `form-action ${["'self'", ...targets.origins].join(' ')}`,
      `frame-ancestors ${isEmbeddable ? embedOrigins.join(' ') : "'none'"}`,
      "base-uri 'none'",
      ...others,
    ].join('; ');
  }

  function withCookies(headers: Record<string, string>, cookies: readonly string[]): HttpReply['headers'] {
    return { ...common, ...headers, ...(cookies.length > 0 ? { 'Set-Cookie': cookies } : {}) };
  }

  const redirectPolicy = createContentPolicy("'none'");
  /** By a relative reference (RFC 9110 §10.2.2). */
  function redirect(status: number, from: string, to: string, cookies: readonly string[]): HttpReply {
    const headers = { 'Content-Security-Policy': redirectPolicy, Location: locate(from, to) };
    return { status, headers: withCookies(headers, cookies), body: null };
  }

  /** A page in the language of the request. */
  function page(
    request: HttpRequest,
    render: (context: PageContext) => Page,
    { status = 200, cookies = [], checkedBy }: PageHow = {},
  ): HttpReply {
    const locale = localeOf(request);
    const here = `${request.path}${request.query === '' ? '' : `?${request.query}`}`;
    const at = (path: string) => locate(request.path, path);
    const context = { locale, strings: catalogue[locale], brand, now: clock(), at, here };
    const nonce = random.id();
    const checkScript = checkedBy === 'turnstile' ? turnstileScript : null;
    const body = renderDocument(context, render(context), { ...assets.urls(), nonce, checkScript });
    const headers = {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': createContentPolicy(`'nonce-${nonce}'`, checkedBy),
    };
    return { status, headers: withCookies(headers, cookies), body };
  }

  return {
    page,
    /** A page that only says what was wrong; its button leads onwards. */
    notice(request: HttpRequest, status: number, kind: NoticeKind, onwards: string): HttpReply {
      const render = (context: PageContext) => ({
        title: titleOf(context),
        body: html`${renderNotice(context, { kind })}
<a class="primary" href="${context.at(onwards)}">${context.strings.page.continue}</a>`,
      });
      return page(request, render, { status });
    },
    /** The browser asks for the next page, and a reload of that sends no form. */
    seeOther: (request: HttpRequest, location: string, cookies: readonly string[] = []) =>
      redirect(303, request.path, location, cookies),
    /** The browser sends the same form once more, there, with these cookies (RFC 9110 §15.4.8). */
    sendAgain: (request: HttpRequest, location: string, cookies: readonly string[]) =>
      redirect(307, request.path, location, cookies),
  };
}
