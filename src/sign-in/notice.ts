import { type Html, html } from '../html.js';
import { formatExpiry } from '../messages/duration.js';
import { fillString } from '../messages/strings.js';
import type { PageContext } from './layout.js';

/** What a page has to say about the step before it. */
const noticeKinds = [
  'wrongCode',
  'malformedCode',
  'expiredCode',
  'blocked',
  'rateLimited',
  'resendIn',
  'invalidIdentity',
  'chooseCountry',
  'unreachable',
  'deliveryFailed',
  'unavailable',
  'outdated',
  'cookiesNeeded',
  'sentAgain',
  'signedOut',
  'linkExpired',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  kind: NoticeKind;
  /** With `wrongCode`. */
  attemptsLeft?: number | undefined;
  /** With `rateLimited` and `resendIn`: when it ends, in milliseconds since 1970. */
  until?: number | undefined;
}

const good: readonly NoticeKind[] = ['sentAgain', 'signedOut'];

export function isError(notice: Notice | null): boolean {
  return notice !== null && !good.includes(notice.kind);
}

/** The place where notices stand; screen readers read it out when the script fills it again. */
export function renderNotice({ locale, strings }: PageContext, notice: Notice | null, now: number): Html {
  if (!notice) return html`<div id="notice" aria-live="polite"></div>`;
  const { page } = strings;
  const values = { in: describeWait(locale, (notice.until ?? now) - now) };
  const left =
    notice.attemptsLeft !== undefined &&
    html` ${fillString(page.attemptsLeft, { count: String(notice.attemptsLeft) })}`;
  const kind = isError(notice) ? 'error' : 'good';
  return html`<div id="notice" aria-live="polite"><p class="notice ${kind}">${fillString(page[notice.kind], values)}${left}</p></div>`;
}

/** Words such as "in 2 minutes", rounded up: nobody is sent back to wait again. */
export function describeWait(locale: PageContext['locale'], ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return formatExpiry(locale, seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60);
}
