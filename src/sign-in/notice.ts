import { type Html, html } from '../html.js';
import type { Locale } from '../messages/catalogue.js';
import { formatExpiry } from '../messages/duration.js';
import { fillString } from '../messages/strings.js';
import { toRetrySeconds } from '../service/waits.js';
import type { PageContext } from './layout.js';

/** What a page may have to say about the step before it, by the names of its strings. */
export type NoticeKind =
  | 'wrongCode'
  | 'malformedCode'
  | 'expiredCode'
  | 'blocked'
  | 'rateLimited'
  | 'resendIn'
  | 'invalidIdentity'
  | 'chooseCountry'
  | 'unreachable'
  | 'unsupportedCountry'
  | 'unsupportedNumber'
  | 'deliveryFailed'
  | 'unavailable'
  | 'outdated'
  | 'cookiesNeeded'
  | 'sentAgain'
  | 'signedOut'
  | 'linkExpired';

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

/** The place for notices; screen readers read it out when the script fills it again. */
export function renderNotice({ locale, strings, now }: PageContext, notice: Notice | null): Html {
  if (!notice) return html`<div id="notice" aria-live="polite"></div>`;
  const { kind, attemptsLeft, until = now } = notice;
  const text = fillString(strings.page[kind], { in: formatWait(locale, until - now) });
  const left =
    attemptsLeft !== undefined &&
    html` ${fillString(strings.page.attemptsLeft, { count: String(attemptsLeft) })}`;
  const look = isError(notice) ? 'error' : 'good';
  return html`<div id="notice" aria-live="polite"><p class="notice ${look}">${text}${left}</p></div>`;
}

/** Words such as "in 2 minutes", rounded up: nobody is sent back to wait again. Hours from two on. */
export function formatWait(locale: Locale, ms: number): string {
  const seconds = toRetrySeconds(ms);
  const unit = seconds < 60 ? 1 : seconds <= 7140 ? 60 : 3600;
  return formatExpiry(locale, Math.ceil(seconds / unit) * unit);
}
